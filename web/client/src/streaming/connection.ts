import { loadFlags } from '../api/flags.js';
import { errorOf } from '../api/problem.js';
import type { ApiError } from '../api/problem.js';
import type { ServerOptions } from '../api/server.js';
import { wait } from '../api/time.js';
import type { FollowEnd, FollowMode, ModeDetail } from './following.js';
import type { SseFrame } from './sse.js';
import { readStream } from './stream.js';
import { isHidden, whenSeenOtherwise } from './visibility.js';

/** What a frame did: `again` where the stream is to be opened anew, false where it brought nothing new. */
export type Progress = 'again' | boolean | void;

/** Whom to tell of the connection itself. */
export interface ConnectionOptions extends ServerOptions {
  signal?: AbortSignal;
  onMode?(mode: FollowMode, detail: ModeDetail): void;
}

/** What is followed over a connection. */
export interface Followed {
  /** Path of the stream, from where it is known. */
  path(): string;
  /** The cursor, where the path does not hold it. */
  headers?(): Record<string, string>;
  /** Whether a stream can go on from what is known. */
  isKnown(): boolean;
  /**
   * Reads what has to be known first, unless it is. Without it, streams and polling bring that too, all of it each time: while
   * nobody sees the page it is not asked for at all.
   */
  begin?(signal: AbortSignal): Promise<void>;
  read(frame: SseFrame, signal: AbortSignal): Progress | Promise<Progress>;
  /** Asks once for what is new, says through `came` that it is there, and whether more is waiting. */
  poll(signal: AbortSignal, came: (isNew: boolean) => void): Promise<boolean>;
  /** Forgets what is known, since the server has something else. */
  reset(): void;
}

/** A connection that lasts until it is told to end. */
export interface Connection {
  readonly mode: FollowMode;
  readonly done: Promise<FollowEnd>;
  pause(): void;
  resume(): void;
  reconnect(): void;
  /** Leaves `reconnect` possible unless it was closed. */
  end(end: FollowEnd): void;
  close(): void;
}

/** Tells a listener; what it throws is its own, and what comes after is still told. */
export function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * Keeps somebody informed: over a stream that is opened again after 3, 6, 12, 24 and 48 seconds when it is lost, and then by
 * polling every 2 seconds while streams are tried in the background. While nobody sees the page there is no stream.
 */
export function connect(options: ConnectionOptions, followed: Followed): Connection {
  let settle!: (end: FollowEnd) => void;
  const done = new Promise<FollowEnd>((resolve) => (settle = resolve));
  const pollEvery = 2000;
  const hiddenEvery = 5000;

  // After 3, 6, 12, 24 and 48 seconds; then it is polled, and a stream tried every 48 seconds.
  const tries = 5;

  // Three heartbeats.
  const quiet = 45_000;

  // A stream that opens and says nothing may be kept back by a proxy; until its first frame it is polled beside it.
  const unheard = 5000;

  let mode: FollowMode = 'paused';
  let isClosed = false;

  // Whether it stands as is right for a page that nobody sees.
  let isAway = false;

  // Of the run under way; each run has a controller of its own.
  let current = new AbortController();
  let polling: AbortController | undefined;
  let failures = 0;
  let comeBack: number | null = null;

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
    current.abort();
    stopPolling();
  };

  const end = (how: FollowEnd) => {
    stop();
    if (how.reason !== 'closed') tell(how.reason, how);
    settle(how);
  };

  /** Ends it by what is refused for good, and says whether it did. A cursor of another log only leads back to the beginning. */
  const endsBy = (error: ApiError): boolean => {
    if (error.isPassing) return false;
    const isOther = error.code === 'cursor_beyond_end';
    if (isOther) followed.reset();
    else end({ reason: 'failed', error });
    return !isOther;
  };

  const beLive = () => {
    if (!followed.isKnown()) return;
    stopPolling();
    tell('live');
  };

  /** Reads a stream to its end, and says whether the next one is to be opened at once. */
  async function stream(run: AbortSignal): Promise<boolean> {
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!polling) tell('connecting');
      for await (const frames of readStream(options, followed.path(), { signal: run, quiet, headers: followed.headers?.() })) {
        clearTimeout(silence);
        if (frames.length === 0) {
          if (!polling) beLive();
          silence = setTimeout(startPolling, unheard, run);
          continue;
        }
        for (const frame of frames) {
          comeBack = Number(frame.retry) || comeBack;
          const outcome = frame.event === 'lagging' ? 'again' : await followed.read(frame, run);
          if (run.aborted || outcome === 'again') return true;
          if (outcome !== false) failures = 0;
        }
        beLive();
      }
    } finally {
      clearTimeout(silence);
    }
    return false;
  }

  async function poll(signal: AbortSignal, detail: ModeDetail) {
    const retryIn = isAway ? hiddenEvery : pollEvery;
    while (!signal.aborted) {
      let isFull = false;
      try {
        isFull = await followed.poll(signal, (isNew) => {
          if (isNew || mode !== 'live') tell('polling', detail);
        });
      } catch (thrown) {
        const error = errorOf(thrown);
        if (signal.aborted || endsBy(error)) return;
        detail = { error };
        if (mode !== 'live') tell('retrying', { error, retryIn });
      }
      if (!isFull) await wait(retryIn, signal);
    }
  }

  function startPolling(run: AbortSignal, error?: ApiError) {
    if (polling || run.aborted) return;
    polling = new AbortController();
    void poll(polling.signal, { error });
  }

  async function follow(run: AbortSignal) {
    while (!run.aborted) {
      let isOff = isAway;
      let atOnce = false;
      let error: ApiError | undefined;
      try {
        const flags = loadFlags(options);
        await followed.begin?.(run);
        isOff ||= !(await flags).ENABLE_EXECUTION_STREAMING;
        if (run.aborted) return;
        atOnce = !isOff && await stream(run);
      } catch (thrown) {
        error = errorOf(thrown);
        if (run.aborted || endsBy(error)) return;
        isOff = error.code === 'streaming_disabled';
        atOnce = !error.isPassing;
      }
      if (run.aborted) return;
      if (isOff) failures = tries;
      const delay = 3000 * 2 ** Math.min(failures, tries - 1);
      const asked = comeBack ?? error?.retryAfter;

      // Whom the server sends away again and again without a word waits as after a loss.
      const retryIn = failures > 0 ? Math.max(delay, asked ?? 0) : atOnce ? 0 : asked ?? delay;
      comeBack = null;
      if (failures++ >= tries) startPolling(run, error);
      if (retryIn > 0 && (!polling || mode === 'live')) tell('retrying', { error, retryIn });
      await wait(retryIn, run);
    }
  }

  function reconnect() {
    if (isClosed) return;
    stop();
    current = new AbortController();
    const { signal } = current;
    failures = 0;
    isAway = isHidden();
    whenSeenOtherwise(reconnect, signal);
    if (isAway && !followed.begin) return tell('paused');

    // Waiting out the delay would only cost time, and a stream from before may be dead without a word.
    globalThis.addEventListener?.('online', reconnect, { signal });
    tell('connecting');
    void follow(signal);
  }

  function close() {
    isClosed = true;
    options.signal?.removeEventListener('abort', close);
    end({ reason: 'closed' });
  }

  options.signal?.addEventListener('abort', close);
  if (options.signal?.aborted) close();
  else reconnect();
  return {
    done, reconnect, end, close,
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
