import { loadFlags } from '../api/flags.js';
import { ApiError, askJson } from '../api/problem.js';
import { withQuery } from '../api/server.js';
import { either, wait } from '../api/time.js';
import { isTerminal } from '../fold/index.js';
import type { ExecutionEvent, ExecutionState } from '../fold/index.js';
import { readStream } from './connection.js';
import type { FollowEnd, FollowMode, FollowOptions, Following, ModeDetail, ParkedReason } from './following.js';
import type { EventPage } from './page.js';
import { delayAfter } from './schedule.js';
import type { SseFrame } from './sse.js';

const background = 48_000;
const pollEvery = 2000;
const pageSize = 1000;

// Three heartbeats.
const quiet = 45_000;

// A stream that opens and says nothing may be kept back by a proxy; until its first frame the log is polled beside it.
const unheard = 5000;

type Outcome = 'lost' | 'again' | 'off' | 'over';

/**
 * Follows one execution: first its state, then each event once and in order, over a stream that is opened again after 3, 6,
 * 12, 24 and 48 seconds when it is lost, and then by polling every 2 seconds while streams are tried in the background.
 */
export function followExecution(id: string, options: FollowOptions): Following {
  const path = `/api/executions/${encodeURIComponent(id)}`;
  const isFiltered = Boolean(options.stages?.length || options.types?.length);
  const startsWithState = options.after === undefined && options.onState !== undefined;
  let cursor = options.after ?? 0;
  let needsState = startsWithState;
  let mode: FollowMode = 'paused';
  let isParked = false;
  let isClosed = false;
  let settle!: (end: FollowEnd) => void;
  const done = new Promise<FollowEnd>((resolve) => (settle = resolve));

  // Of the run under way; each run has a controller of its own.
  let current = new AbortController();
  let polling: AbortController | undefined;
  let isBeside = false;
  let failures = 0;
  let comeBack: number | null = null;

  // Narrowed as the viewer asks.
  const eventsPath = (limit?: number) => withQuery(`${path}/events`, { after: cursor, limit, stages: options.stages, types: options.types });

  // What a listener throws is its own; the events after it still come.
  const call = (listener: () => void) => {
    try {
      listener();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  const tell = (next: FollowMode, detail: ModeDetail = {}) => {
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

  const finish = (end: FollowEnd) => {
    stop();
    if (end.reason !== 'closed') tell(end.reason, end);
    settle(end);
  };

  const park = (reason: ParkedReason | null) => {
    isParked = reason !== null;
    call(() => options.onParked?.(reason));
  };

  const reset = (): Outcome => {
    cursor = 0;
    needsState = startsWithState;
    stopPolling();
    call(() => options.onReset?.());
    return 'again';
  };

  /** Tells an event that is new, and says whether it was. */
  const take = (event: ExecutionEvent): boolean => {
    if (event.seq <= cursor) return false;
    if (!isFiltered && event.seq !== cursor + 1) throw new Error('gap');
    cursor = event.seq;
    if (isParked) park(null);
    call(() => options.onEvent(event));
    return true;
  };

  /** The server says that nothing up to here is left to send. */
  const reach = (seq: number, isEnd: boolean): Outcome | null => {
    if (seq > cursor) {
      if (!isFiltered) return 'again';
      cursor = seq;
    }
    if (!isEnd) return null;
    finish({ reason: 'ended', last: seq });
    return 'over';
  };

  /** Takes one frame, and says what becomes of the connection where it does not simply go on. */
  const read = ({ event, data, id: seq, retry }: SseFrame): Outcome | null => {
    comeBack = Number(retry) || comeBack;
    const value = data && (JSON.parse(data) as unknown);
    if (event === 'lagging') return 'again';
    if (event === 'reset') return reset();
    if (event === 'end') return reach((value as { last: number }).last, true);
    if (event === 'parked') park(value as ParkedReason);
    else if (!event && value) {
      if (!take(value as ExecutionEvent)) return null;
    } else {
      const sentAway = reach(Number(seq), false);
      if (sentAway) return sentAway;
    }
    failures = 0;
    return null;
  };

  async function stream(run: AbortSignal): Promise<Outcome> {
    const own = new AbortController();
    const signal = either(own.signal, run);
    let outcome: Outcome = 'lost';
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!polling) tell('connecting');
      await readStream(options, eventsPath(), {
        signal,
        quiet,
        onOpen: () => {
          if (!polling) tell('live');
          silence = setTimeout(() => {
            isBeside = !polling;
            startPolling(run);
          }, unheard);
        },
        onFrames: (frames) => {
          clearTimeout(silence);
          stopPolling();
          tell('live');
          for (const frame of frames) {
            if (signal.aborted) return;
            outcome = read(frame) ?? outcome;
            if (outcome !== 'lost') return own.abort();
          }
        },
      });
    } catch (error) {
      if (outcome === 'lost') throw error;
    } finally {
      clearTimeout(silence);
    }
    return outcome;
  }

  async function poll(signal: AbortSignal, detail: ModeDetail) {
    while (!signal.aborted) {
      let isFull = false;
      try {
        const page = await askJson<EventPage>(options, eventsPath(pageSize), { signal, cache: 'no-store' });
        isFull = page.events.length >= pageSize;
        if (!isBeside || page.events.length > 0) tell('polling', detail);
        for (const event of page.events) {
          if (signal.aborted) return;
          take(event);
        }
        if (signal.aborted) return;
        if (page.parked && !isParked) park(page.parked);
        if (reach(page.last, page.complete) === 'over') return;
      } catch (thrown) {
        if (signal.aborted) return;
        const error = thrown as ApiError;
        if (error.code === 'cursor_beyond_end') {
          reset();
          return reconnect();
        }
        if (error instanceof ApiError && !error.isPassing) return finish({ reason: 'failed', error });
        detail = { error };
        if (!isBeside) tell('retrying', { error, retryIn: pollEvery });
      }
      if (!isFull) await wait(pollEvery, signal);
    }
  }

  function startPolling(run: AbortSignal, error?: ApiError) {
    if (polling || run.aborted) return;
    polling = new AbortController();
    void poll(polling.signal, { error });
  }

  async function loadState(signal: AbortSignal) {
    const state = await askJson<ExecutionState>(options, path, { signal });
    needsState = false;
    cursor = state.seq;
    call(() => options.onState?.(state));
    if (state.parked && !signal.aborted) park(state.parked);
    if (isTerminal(state.status) && !signal.aborted) finish({ reason: 'ended', last: cursor });
  }

  async function follow(run: AbortSignal) {
    while (!run.aborted) {
      let outcome: Outcome = 'lost';
      let error: ApiError | undefined;
      try {
        const flags = loadFlags(options);
        if (needsState) await loadState(run);
        const { ENABLE_EXECUTION_STREAMING: isOn } = await flags;
        if (run.aborted) return;
        outcome = isOn ? await stream(run) : 'off';
      } catch (thrown) {
        if (run.aborted) return;
        error = thrown as ApiError;
        if (error.code === 'streaming_disabled') outcome = 'off';
        else if (error.code === 'cursor_beyond_end') outcome = reset();
        else if (error instanceof ApiError && !error.isPassing) return finish({ reason: 'failed', error });
      }
      if (run.aborted) return;
      isBeside = false;
      const delay = outcome === 'off' ? null : delayAfter(failures++, outcome === 'again', comeBack ?? error?.retryAfter ?? null);
      comeBack = null;
      if (delay === null && !needsState) startPolling(run, error);
      const retryIn = delay ?? (needsState ? pollEvery : background);
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
    finish({ reason: 'closed' });
  }

  options.signal?.addEventListener('abort', close);
  if (options.signal?.aborted) close();
  else reconnect();
  return {
    done, reconnect, close,
    get seq() { return cursor; },
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
