import { loadFlags } from '../api/flags.js';
import { ApiError, askJson, errorOf, unreachable } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { either, wait } from '../api/time.js';
import { goingOn } from '../streaming/cursor.js';
import { readStream } from '../streaming/stream.js';
import type { SseFrame } from '../streaming/sse.js';
import { isHidden, whenSeenOtherwise } from '../streaming/visibility.js';
import { changesOf } from './diff.js';
import { endsRun } from './run.js';
import type { PlaybookRunView, RunEvent } from './run.js';

/** How a run is streamed. */
export interface RunStreamOptions extends ServerOptions {
  /** Whether a stream may be opened; without one the run is polled. */
  enabled: boolean;
  /** Milliseconds before the first retry; each further one waits twice as long. */
  retryDelay: number;
  /** How many retries there are before it gives up. */
  maxRetries: number;
}

/** Who is told. While the promise of `onEvent` waits, nothing more is read. */
export interface RunListener {
  onEvent(event: RunEvent): void | Promise<void>;
  onConnected(isConnected: boolean): void;
  onError(error: Error | null): void;
}

/** How far a run was told, so that another stream of it goes on from there. */
export interface RunPlace {
  lastEventId: string | null;
}

/** Streams the events of one run, or makes them from its views where streaming is off, until it ends, gives up or is aborted. */
export async function streamRun(runId: string, options: RunStreamOptions, listener: RunListener, signal: AbortSignal, place: RunPlace): Promise<void> {
  const pollEvery = 2000;
  const askAgain = 48_000;

  // Three heartbeats of these routes.
  const quiet = 90_000;

  // A page that nobody sees leaves its connection to others: it only looks now and then whether something has happened.
  const glance = 1000;
  const glanceEvery = 15_000;

  const path = `/api/v1/playbook-runs/${encodeURIComponent(runId)}`;
  let view: PlaybookRunView | null = null;
  let failures = 0;
  const over = new AbortController();
  const running = either(over.signal, signal);

  const tell = async (event: RunEvent) => {
    if (running.aborted) return;
    await listener.onEvent(event);
    if (endsRun(event)) over.abort();
  };

  const look = async () => {
    const answer = await askJson<{ data: PlaybookRunView }>(options, path, { signal: running, cache: 'no-store' });
    const events = changesOf(view, answer.data);
    view = answer.data;
    for (const event of events) await tell(event);
  };

  const poll = async (until: number) => {
    while (!running.aborted && Date.now() < until) {
      try {
        await look();
        if (!signal.aborted) listener.onError(null);
      } catch (error) {
        if (running.aborted || (error instanceof ApiError && !error.isPassing)) throw error;
        listener.onError(error as Error);
      }
      await wait(pollEvery, running);
    }
  };

  const read = async (frames: readonly SseFrame[], isConnected: boolean) => {
    failures = 0;
    listener.onConnected(isConnected);
    listener.onError(null);

    // What happened between the last view and the stream is in neither; the stream says at once that it is there.
    if (view) await look();
    view = null;
    for (const { event, data, id } of frames) {
      if (event && /^(run|step)\./.test(event) && data) await tell(JSON.parse(data) as RunEvent);
      if (running.aborted) return;
      place.lastEventId = id ?? place.lastEventId;
    }
  };

  /** Has one connection, or a time of polling; comes back when it may be tried again, and throws why it failed. */
  const connect = async () => {
    const isOn = options.enabled && (await loadFlags(options)).ENABLE_EXECUTION_STREAMING;
    if (running.aborted) return;
    if (!isOn) {
      // From here on views tell what happens; a stream that comes later begins where they stand.
      place.lastEventId = null;
      await poll(options.enabled ? Date.now() + askAgain : Infinity);
      return;
    }
    const turn = new AbortController();
    const signal = either(turn.signal, running);
    const isAway = isHidden();
    whenSeenOtherwise(() => turn.abort(), signal);
    const looking = isAway ? either(signal, AbortSignal.timeout(glance)) : signal;
    try {
      for await (const frames of readStream(options, `${path}/stream`, { signal: looking, quiet, headers: goingOn(place.lastEventId) })) {
        if (frames.length > 0) await read(frames, !isAway);
      }
      throw unreachable();
    } catch (error) {
      if (!looking.aborted) throw errorOf(error);
      listener.onConnected(false);
      if (isAway) await wait(glanceEvery, signal);
    } finally {
      turn.abort();
    }
  };

  while (!running.aborted) {
    try {
      await connect();
    } catch (error) {
      if (running.aborted) break;
      listener.onConnected(false);
      listener.onError(error as Error);
      if ((error as ApiError).code === 'INVALID_CURSOR' && place.lastEventId) place.lastEventId = null;
      else if (error instanceof ApiError && !error.isPassing) return;
      if (failures >= options.maxRetries) return;
      await wait(options.retryDelay * 2 ** failures++, running);
    }
  }
  if (!signal.aborted) listener.onConnected(false);
}
