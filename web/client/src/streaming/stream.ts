import { ask, badAnswer, within } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { either } from '../api/time.js';
import { createParser } from './sse.js';
import type { SseFrame } from './sse.js';

/** How a stream is read. */
export interface StreamReading {
  signal: AbortSignal;
  /** The cursor, where the path does not hold it; as a browser sends it. */
  headers?: Record<string, string>;
  /** After how many milliseconds without a byte, heartbeats included, the connection counts as lost. */
  quiet: number;
}

/**
 * Reads one stream of server-sent events until the server closes it: gives no frames once it is open, and then those that came
 * together. Who takes them reads no more meanwhile, so that a slow reader slows the sender, and closes it by leaving the loop.
 * @throws ApiError where the server refuses, answers something else, cannot be reached, or falls silent; what else a connection
 * that breaks throws is for `errorOf`.
 */
export async function* readStream(server: ServerOptions, path: string, reading: StreamReading): AsyncGenerator<SseFrame[]> {
  const own = new AbortController();
  const signal = either(own.signal, reading.signal);
  try {
    const headers = { accept: 'text/event-stream', ...reading.headers };
    const response = await within(reading.quiet, own, ask(server, path, { headers, signal, cache: 'no-store' }));
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) throw badAnswer(response.status);
    yield [];
    const parse = createParser();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await within(reading.quiet, own, reader.read());
      if (done || signal.aborted) return;
      const frames = parse(value);
      if (frames.length > 0) yield frames;
    }
  } finally {
    own.abort();
  }
}
