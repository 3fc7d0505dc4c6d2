import { ApiError, ask } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { SseParser } from './sse.js';
import type { SseFrame } from './sse.js';

/** How a stream is read. */
export interface StreamReading {
  signal: AbortSignal;
  /** The id of the last frame that is known. */
  lastEventId?: string | null;
  /** After how many milliseconds without a byte, heartbeats included, the connection counts as lost. */
  quiet: number;
  onOpen(): void;
  /** Takes frames; while its promise waits, no more is read, so that a slow reader slows the sender. */
  onFrames(frames: readonly SseFrame[]): void | Promise<void>;
}

/**
 * Reads one stream of server-sent events until the server closes it.
 * @throws ApiError where the server refuses, answers something else, cannot be reached, or falls silent.
 */
export async function readStream(server: ServerOptions, path: string, reading: StreamReading): Promise<void> {
  const own = new AbortController();
  const stop = () => own.abort();
  if (reading.signal.aborted) stop();
  reading.signal.addEventListener('abort', stop);
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(stop, reading.quiet);
  };
  try {
    heard();
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (reading.lastEventId) headers['last-event-id'] = reading.lastEventId;
    const response = await ask(server, path, { headers, signal: own.signal, cache: 'no-store' });
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new ApiError(response.status, 'bad_answer', 'The answer is no stream; something between here and the server may have changed it.');
    reading.onOpen();
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      heard();
      const { done, value } = await reader.read();
      if (done || reading.signal.aborted) return;
      clearTimeout(watchdog);
      const frames = parser.push(decoder.decode(value, { stream: true }));
      if (frames.length > 0) await reading.onFrames(frames);
    }
  } catch (error) {
    if (error instanceof ApiError || reading.signal.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The connection to the server was lost.', [], null, { cause: error });
  } finally {
    clearTimeout(watchdog);
    reading.signal.removeEventListener('abort', stop);
    stop();
  }
}
