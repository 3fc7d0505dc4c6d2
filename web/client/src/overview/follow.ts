import { loadFlags } from '../api/flags.js';
import { ApiError, askJson } from '../api/problem.js';
import { either, wait } from '../api/time.js';
import { readStream } from '../streaming/connection.js';
import { delayAfter } from '../streaming/schedule.js';
import type { SseFrame } from '../streaming/sse.js';
import type { FollowingOverview, ListedExecution, OverviewChange, OverviewDeletion, OverviewMode, OverviewModeDetail, OverviewOptions } from './following.js';

const background = 48_000;
const pollEvery = 2000;

// Three heartbeats.
const quiet = 45_000;

// A stream that opens and says nothing may be kept back by a proxy; until its first frame the list is polled beside it.
const unheard = 5000;

type Outcome = 'lost' | 'again' | 'off';

/**
 * Follows what changes of all executions: first those under way, then each change, over a stream that is opened again after 3,
 * 6, 12, 24 and 48 seconds when it is lost, and then by polling every 2 seconds while streams are tried in the background.
 */
export function followOverview(options: OverviewOptions): FollowingOverview {
  let mode: OverviewMode = 'paused';
  let cursor: string | null = null;
  let needsState = true;
  let isClosed = false;

  // Of the run under way; each run has a controller of its own.
  let current = new AbortController();
  let polling: AbortController | undefined;
  let isBeside = false;
  let failures = 0;
  let comeBack: number | null = null;

  // What a listener throws is its own; what comes after it is still told.
  const call = (listener: () => void) => {
    try {
      listener();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  const tell = (next: OverviewMode, detail: OverviewModeDetail = {}) => {
    if (mode === next && mode !== 'retrying') return;
    mode = next;
    call(() => options.onMode?.(next, detail));
  };

  const stopPolling = () => {
    polling?.abort();
    polling = undefined;
  };

  const stop = () => {
    globalThis.removeEventListener?.('online', online);
    current.abort();
    stopPolling();
  };

  const fail = (error: ApiError) => {
    stop();
    tell('failed', { error });
  };

  async function loadState(signal: AbortSignal) {
    const state = await askJson<{ executions: ListedExecution[]; next?: string }>(options, '/api/executions', { signal, cache: 'no-store' });
    if (!signal.aborted) call(() => options.onState(state));
  }

  /** Takes one frame, and says what becomes of the connection where it does not simply go on. */
  async function read({ event, data, id, retry }: SseFrame, signal: AbortSignal): Promise<Outcome | null> {
    comeBack = Number(retry) || comeBack;
    if (event === 'lagging') return 'again';
    const change: unknown = data && JSON.parse(data);

    // The list is read after the stream has begun: what happens in between comes as a change as well. Until it has been read
    // the cursor stays where it was, so that a failure on the way is made good by the next connection.
    if (needsState || event === 'reset') {
      needsState = true;
      await loadState(signal);
      if (signal.aborted) return null;
      needsState = false;
    }
    cursor = id ?? cursor;
    failures = 0;
    if (event === 'deleted') call(() => options.onDelete?.(change as OverviewDeletion));
    else if (!event && change) call(() => options.onChange(change as OverviewChange));
    return null;
  }

  async function stream(run: AbortSignal): Promise<Outcome> {
    const own = new AbortController();
    const signal = either(own.signal, run);
    let outcome: Outcome = 'lost';
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!polling) tell('connecting');
      await readStream(options, '/api/feed', {
        signal, quiet,
        lastEventId: cursor,
        onOpen: () => {
          silence = setTimeout(() => {
            isBeside = !polling;
            startPolling(run);
          }, unheard);
        },
        onFrames: async (frames) => {
          clearTimeout(silence);
          for (const frame of frames) {
            outcome = (await read(frame, signal)) ?? outcome;
            if (signal.aborted) return;
            if (outcome !== 'lost') return own.abort();
          }
          stopPolling();
          tell('live');
        },
      });
    } catch (error) {
      if (outcome === 'lost') throw error;
    } finally {
      clearTimeout(silence);
    }
    return outcome;
  }

  async function poll(signal: AbortSignal, detail: OverviewModeDetail) {
    while (!signal.aborted) {
      try {
        await loadState(signal);
        if (signal.aborted) return;
        tell('polling', detail);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = thrown as ApiError;
        if (error instanceof ApiError && !error.isPassing) return fail(error);
        detail = { error };
        if (!isBeside) tell('retrying', { error, retryIn: pollEvery });
      }
      await wait(pollEvery, signal);
    }
  }

  function startPolling(run: AbortSignal, error?: ApiError) {
    if (polling || run.aborted) return;

    // What is polled is newer than the cursor: the next stream begins where it begins, with a list of its own.
    cursor = null;
    needsState = true;
    polling = new AbortController();
    void poll(polling.signal, { error });
  }

  async function follow(run: AbortSignal) {
    while (!run.aborted) {
      let outcome: Outcome = 'lost';
      let error: ApiError | undefined;
      try {
        const { ENABLE_EXECUTION_STREAMING: isOn } = await loadFlags(options);
        if (run.aborted) return;
        outcome = isOn ? await stream(run) : 'off';
      } catch (thrown) {
        if (run.aborted) return;
        error = thrown as ApiError;
        if (error.code === 'streaming_disabled') outcome = 'off';
        else if (error instanceof ApiError && !error.isPassing) return fail(error);
      }
      if (run.aborted) return;
      isBeside = false;
      const delay = outcome === 'off' ? null : delayAfter(failures++, outcome === 'again', comeBack ?? error?.retryAfter ?? null);
      comeBack = null;
      if (delay === null) startPolling(run, error);
      const retryIn = delay ?? background;
      if (retryIn > 0 && !polling) tell('retrying', { error, retryIn });
      if (retryIn > 0) await wait(retryIn, run);
    }
  }

  function reconnect() {
    if (isClosed) return;
    stop();
    current = new AbortController();
    failures = 0;
    globalThis.addEventListener?.('online', online);
    tell('connecting');
    void follow(current.signal);
  }

  // The network is back: waiting out the delay would only cost time.
  function online() {
    if (mode === 'retrying' || mode === 'polling') reconnect();
  }

  function close() {
    isClosed = true;
    options.signal?.removeEventListener('abort', close);
    stop();
  }

  options.signal?.addEventListener('abort', close);
  if (options.signal?.aborted) close();
  else reconnect();
  return {
    reconnect, close,
    get mode() { return mode; },
    pause() {
      if (current.signal.aborted) return;
      stop();
      tell('paused');
    },
    resume() {
      if (mode === 'paused') reconnect();
    },
  };
}
