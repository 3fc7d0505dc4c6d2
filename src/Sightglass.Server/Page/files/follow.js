// Follows the events of one execution to its end: a cursor that survives lost connections, each event once.

const delays = [1000, 3000, 6000, 12000, 24000, 48000];

/**
 * @param {string} id the execution
 * @param {{onEvents: (events: object[]) => void, onMode: (mode: 'connecting'|'live'|'ended'|'lost', last?: number) => void,
 *   onParked: (reason: {code: string, message: string}) => void}} to
 */
export function follow(id, to) {
  let cursor = 0;
  let failures = 0;
  let source = null;
  let timer = 0;
  let closed = false;

  function open() {
    clearTimeout(timer);
    source?.close();
    to.onMode('connecting');
    source = new EventSource(`/api/executions/${id}/events?after=${cursor}`);
    source.onopen = () => to.onMode('live');
    source.onmessage = (message) => take(message.data);
    source.addEventListener('end', (message) => {
      source.close();
      to.onMode('ended', JSON.parse(message.data).last);
    });

    // The log has not ended, so neither has the stream: whoever takes the execution up goes on with it.
    source.addEventListener('parked', (message) => to.onParked(JSON.parse(message.data)));
    source.addEventListener('lagging', open);
    source.addEventListener('reset', () => { cursor = 0; open(); });

    // The browser would come back by itself, but not after every kind of answer, and without saying when.
    source.onerror = () => {
      source.close();
      if (closed) return;
      to.onMode('lost');
      clearTimeout(timer);
      timer = setTimeout(open, delays[Math.min(failures++, delays.length - 1)]);
    };
  }

  function take(data) {
    const event = JSON.parse(data);
    if (event.seq <= cursor) return;
    if (event.seq !== cursor + 1) {
      open();
      return;
    }
    failures = 0;
    cursor = event.seq;
    to.onEvents([event]);
  }

  open();
  return {
    get cursor() { return cursor; },
    reopen: open,
    close() {
      closed = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}
