/** One frame of a stream of server-sent events; members that it did not name are null. */
export interface SseFrame {
  event: string | null;
  data: string | null;
  id: string | null;
  /** After how many milliseconds to come back when the stream ends. */
  retry: number | null;
}

// An event has at most 64 KB and a frame of other routes a few of them; what is larger is no stream of ours.
const maxFrame = 16 * 1024 * 1024;

const empty = (): SseFrame => ({ event: null, data: null, id: null, retry: null });

/**
 * Reads server-sent events from text that comes in pieces. The browser's own EventSource tells neither the status nor the
 * code of a refusal, sends no token, and forgets its cursor when it is opened anew.
 */
export class SseParser {
  #rest = '';
  #frame = empty();
  #isFirst = true;

  /** Takes the next piece and gives the frames that it completes. */
  push(text: string): SseFrame[] {
    const frames: SseFrame[] = [];
    let buffer = this.#rest + text;
    if (this.#isFirst && buffer.length > 0) {
      this.#isFirst = false;
      if (buffer.startsWith('\uFEFF')) buffer = buffer.slice(1);
    }
    const endOf = buffer.includes('\r') ? endOfAnyLine : endOfLine;
    let start = 0;
    for (;;) {
      const end = endOf(buffer, start);
      if (end < 0) break;
      this.#line(buffer.slice(start, end), frames);
      start = end + (buffer.startsWith('\r\n', end) ? 2 : 1);
    }
    this.#rest = buffer.slice(start);
    if (this.#rest.length + (this.#frame.data?.length ?? 0) > maxFrame) throw new Error('A frame of the stream is too large.');
    return frames;
  }

  #line(line: string, frames: SseFrame[]) {
    if (line === '') {
      const frame = this.#frame;
      if (frame.event !== null || frame.data !== null || frame.id !== null || frame.retry !== null) frames.push(frame);
      this.#frame = empty();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') this.#frame.data = this.#frame.data === null ? value : `${this.#frame.data}\n${value}`;
    else if (field === 'event') this.#frame.event = value;
    else if (field === 'id' && !value.includes('\0')) this.#frame.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#frame.retry = Number(value);
  }
}

const endOfLine = (text: string, from: number): number => text.indexOf('\n', from);

// A carriage return at the very end may be half of an end, so it waits for what follows.
function endOfAnyLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const carriage = text.indexOf('\r', from);
  if (carriage < 0 || (feed >= 0 && feed < carriage)) return feed;
  return carriage === text.length - 1 ? -1 : carriage;
}
