/** One frame of a stream of server-sent events, with the fields that it named. */
export interface SseFrame {
  event?: string;
  data?: string;
  id?: string;
  /** After how many milliseconds to come back when the stream ends. */
  retry?: string;
}

// An event has at most 64 KB and a frame of other routes a few of them; what is larger is no stream of ours.
const maxFrame = 16 * 1024 * 1024;

/**
 * Reads server-sent events from text that comes in pieces. The browser's own EventSource tells neither the status nor the
 * code of a refusal, sends no token, and forgets its cursor when it is opened anew.
 */
export class SseParser {
  #rest = '';
  #frame: SseFrame = {};

  /** Takes the next piece and gives the frames that it completes. */
  push(text: string): SseFrame[] {
    const frames: SseFrame[] = [];

    // A carriage return at the very end may be half of a line end, so it waits for what follows.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const frame = this.#frame;
      const [, field, value] = /^([^:]*):? ?(.*)/.exec(line)!;
      if (line === '') {
        if (Object.keys(frame).length > 0) frames.push(frame);
        this.#frame = {};
      } else if (field === 'data' && frame.data !== undefined) frame.data += `\n${value}`;
      else if (field === 'data' || field === 'event' || field === 'id' || field === 'retry') frame[field] = value;
    }
    if (this.#rest.length + (this.#frame.data ?? '').length > maxFrame) throw new Error('too large');
    return frames;
  }
}
