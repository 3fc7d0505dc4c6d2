// Follows the events of one execution to its end: a cursor that survives lost connections, each event once.

const pollEvery = 2000;
const polls = 5;
const fullPage = 1000;
const delays = [1000, 3000, 6000, 12000, 24000, 48000];

/**
 * @param {string} id the execution
 * @param {{onEvents: (events: object[]) => void, onMode: (mode: 'connecting'|'live'|'polling'|'ended'|'lost', last?: number) => void,
 *   onParked: (reason: {code: string, message: string}) => void}} to
 */
export function follow(id, to) {
  let cursor = 0;
  let failures = 0;
  let source = null;
  let timer = 0;
  let turns = 0;
  let closed = false;

  // Where streaming is turned off no stream is opened: pages of events hold the same.
  async function open() {
    clearTimeout(timer);
    source?.close();
    const turn = ++turns;
    to.onMode('connecting');
    try {
      const { flags } = await getJson('/api/config/status');
      if (turn !== turns || closed) return;
      if (flags.ENABLE_EXECUTION_STREAMING) stream();
      else poll(turn, polls);
    } catch {
      if (turn === turns) lose();
    }
  }

  /** Asks every two seconds, and from time to time whether streaming is on again. */
  async function poll(turn, left) {
    try {
      const page = await getJson(`/api/executions/${id}/events?after=${cursor}`);
      if (turn !== turns || closed) return;
      failures = 0;
      if (page.events.length > 0) to.onEvents(page.events);
      cursor = page.last;
      if (page.parked) to.onParked(page.parked);
      to.onMode(page.complete ? 'ended' : 'polling', page.last);
      if (page.complete) return;
      if (page.events.length >= fullPage) poll(turn, left);
      else if (left > 0 || !(await getJson('/api/config/status')).flags.ENABLE_EXECUTION_STREAMING) timer = setTimeout(poll, pollEvery, turn, left > 0 ? left - 1 : polls);
      else if (turn === turns && !closed) open();
    } catch {
      if (turn === turns) lose();
    }
  }

  async function getJson(path) {
    const response = await fetch(path, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  function lose() {
    source?.close();
    if (closed) return;
    to.onMode('lost');
    clearTimeout(timer);
    timer = setTimeout(open, delays[Math.min(failures++, delays.length - 1)]);
  }

  function stream() {
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
    source.onerror = lose;
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
