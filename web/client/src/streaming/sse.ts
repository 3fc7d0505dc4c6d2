/** One frame of a stream of server-sent events, with the fields that it named. */
export interface SseFrame {
  event?: string;
  data?: string;
  id?: string;
  /** After how many milliseconds to come back when the stream ends. */
  retry?: string;
}

/**
 * Makes what reads server-sent events from text that comes in pieces: it takes the next piece and gives the frames that it
 * completes. The browser's own EventSource tells neither the status nor the code of a refusal, sends no token, and forgets its
 * cursor when it is opened anew.
 */
export function createParser(): (text: string) => SseFrame[] {
  // An event has at most 64 KB and a frame of other routes a few of them; what is larger is no stream of ours.
  const maxFrame = 16 * 1024 * 1024;
  let rest = '';
  let frame: SseFrame = {};
  return (text) => {
    const frames: SseFrame[] = [];

    // A carriage return at the very end may be half of a line end, so it waits for what follows.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      const [, field, value = ''] = /^(data|event|id|retry)(?:: ?(.*))?$/.exec(line) ?? [];
      if (line === '') {
        if (Object.keys(frame).length > 0) frames.push(frame);
        frame = {};
      } else if (field) {
        const before = field === 'data' && frame.data !== undefined ? `${frame.data}\n` : '';
        frame[field as keyof SseFrame] = before + value;
      }
    }
    if (rest.length + (frame.data ?? '').length > maxFrame) throw new Error('too large');
    return frames;
  };
}
