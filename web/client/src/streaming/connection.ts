import { ApiError, ask, badAnswer, unreachable } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { either } from '../api/time.js';
import { SseParser } from './sse.js';
import type { SseFrame } from './sse.js';

/** How a stream is read. */
export interface StreamReading {
  signal: AbortSignal;
  /** The id of the last frame that is known. */
  lastEventId?: string | null;
  /** After how many milliseconds without a byte, heartbeats included, the connection counts as lost. */
  quiet: number;
  onOpen?(): void;
  /** Takes frames; while its promise waits, no more is read, so that a slow reader slows the sender. */
  onFrames(frames: readonly SseFrame[]): void | Promise<void>;
}

/**
 * Reads one stream of server-sent events until the server closes it.
 * @throws ApiError where the server refuses, answers something else, cannot be reached, or falls silent.
 */
export async function readStream(server: ServerOptions, path: string, reading: StreamReading): Promise<void> {
  const own = new AbortController();
  const signal = either(own.signal, reading.signal);
  const lost = (cause?: unknown) => new ApiError(0, 'unreachable', unreachable, { cause });
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => own.abort(lost()), reading.quiet);
  };
  try {
    heard();
    const headers = new Headers({ accept: 'text/event-stream' });
    if (reading.lastEventId) headers.set('last-event-id', reading.lastEventId);
    const response = await ask(server, path, { headers, signal, cache: 'no-store' });
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new ApiError(response.status, 'bad_answer', badAnswer);
    reading.onOpen?.();
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      heard();
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      clearTimeout(watchdog);
      const frames = parser.push(decoder.decode(value, { stream: true }));
      if (frames.length > 0) await reading.onFrames(frames);
    }
  } catch (error) {
    throw error instanceof ApiError || reading.signal.aborted ? error : lost(error);
  } finally {
    clearTimeout(watchdog);
    own.abort();
  }
}
