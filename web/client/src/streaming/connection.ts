import { loadFlags } from '../api/flags.js';
import { errorOf, unreachable } from '../api/problem.js';
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

/** How it ends unless it is closed. */
type Ended = Exclude<FollowEnd, { reason: 'closed' }>;

/** A connection that lasts until it is told to end. */
export interface Connection {
  readonly mode: FollowMode;
  readonly done: Promise<FollowEnd>;
  pause(): void;
  resume(): void;
  reconnect(): void;
  /** Leaves `reconnect` possible unless it was closed. */
  end(end: Ended): void;
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
 * Keeps somebody informed over a stream. While none is to be had it polls, at once and every 2 seconds, and tries a stream again
 * after 3, 6, 12, 24 and 48 seconds and every 48 then. Where polls are not answered either they come as seldom. While nobody sees
 * the page there is no stream.
 */
export function connect(options: ConnectionOptions, followed: Followed): Connection {
  let settle!: (end: FollowEnd) => void;
  const done = new Promise<FollowEnd>((resolve) => (settle = resolve));
  const pollEvery = 2000;
  const hiddenEvery = 5000;

  // Between two tries, twice as long each time.
  const shortest = 3000;
  const longest = 48_000;

  // Three heartbeats.
  const quiet = 45_000;

  // A stream that does not open, or says nothing, may be kept back by a proxy; until its first frame it is polled beside it.
  const unheard = 5000;

  let mode: FollowMode = 'paused';
  let isClosed = false;

  // Whether it stands as is right for a page that nobody sees.
  let isAway = false;

  // Of the run under way; each run has a controller of its own.
  let current = new AbortController();
  let polling: AbortController | undefined;

  // After which the next stream is tried.
  let delay = shortest;

  // Whether it polls because a stream said nothing: then the next one is believed only when it says something.
  let isMute = false;

  // After which the server wants the next stream opened, where it has said so.
  let comeBack: number | null = null;

  // Why there is no stream; undefined where the server streams none.
  let why: ApiError | undefined;

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

  const end = (how: Ended) => {
    stop();
    tell(how.reason, how);
    settle(how);
  };

  const beLive = () => {
    if (!followed.isKnown()) return;
    stopPolling();
    tell('live');
  };

  /** Reads a stream to its end. */
  async function stream(run: AbortSignal): Promise<void> {
    let silence = setTimeout(startPolling, unheard, run, true);
    try {
      for await (const frames of readStream(options, followed.path(), { signal: run, quiet, headers: followed.headers?.() })) {
        clearTimeout(silence);
        if (frames.length === 0) {
          if (!polling || !isMute) beLive();
          silence = setTimeout(startPolling, unheard, run, true);
          continue;
        }
        for (const frame of frames) {
          comeBack = Number(frame.retry) || comeBack;
          const outcome = frame.event === 'lagging' ? 'again' : await followed.read(frame, run);
          if (run.aborted) return;
          if (outcome === 'again') return void (comeBack = 0);
          if (outcome !== false) delay = shortest;
        }
        beLive();
      }
    } finally {
      clearTimeout(silence);
    }
  }

  async function poll(signal: AbortSignal) {
    const every = isAway ? hiddenEvery : pollEvery;
    let next = shortest;
    while (!signal.aborted) {
      let retryIn = every;
      if (mode === 'retrying') tell('connecting');
      try {
        const isFull = await followed.poll(signal, (isNew) => {
          if (isNew || mode !== 'live') tell('polling', { error: why });
        });
        next = shortest;
        if (isFull) continue;
      } catch (thrown) {
        const error = errorOf(thrown);
        if (signal.aborted) return;
        if (error.code === 'cursor_beyond_end') followed.reset();
        else if (!error.isPassing) return end({ reason: 'failed', error });
        else retryIn = Math.max(every, next, error.retryAfter ?? 0);
        next = Math.min(2 * next, longest);
        if (mode !== 'live') tell('retrying', { error, retryIn });
      }
      await wait(retryIn, signal);
    }
  }

  function startPolling(run: AbortSignal, isBeside = false) {
    if (polling || run.aborted) return;
    isMute = isBeside;
    polling = new AbortController();
    void poll(polling.signal);
  }

  async function follow(run: AbortSignal) {
    while (!run.aborted) {
      comeBack = null;
      if (!polling) tell('connecting');
      try {
        const flags = loadFlags(options);
        await followed.begin?.(run);
        const isOff = isAway || !(await flags).ENABLE_EXECUTION_STREAMING;
        if (run.aborted) return;
        why = isOff ? undefined : unreachable();
        if (isOff) delay = longest;
        else await stream(run);
      } catch (thrown) {
        if (run.aborted) return;

        // A proxy may refuse a stream for good; whether the server does is for a poll to find out.
        why = errorOf(thrown);
        if (why.code === 'streaming_disabled') delay = longest;
      }
      if (run.aborted) return;
      let retryIn = Math.max(delay, why?.retryAfter ?? 0);

      // Whom the server sends away again and again without a word waits as after a loss.
      if (comeBack !== null && delay === shortest) {
        retryIn = comeBack;
        if (retryIn > 0) tell('retrying', { retryIn });
      } else {
        if (mode === 'live') {
          stopPolling();
          tell('connecting');
        }
        startPolling(run);
      }
      delay = Math.min(2 * delay, longest);
      await wait(retryIn, run);
    }
  }

  function reconnect() {
    if (isClosed) return;
    stop();
    current = new AbortController();
    const { signal } = current;
    delay = shortest;
    isAway = isHidden();
    whenSeenOtherwise(reconnect, signal);
    if (isAway && !followed.begin) return tell('paused');

    // Waiting out the delay would only cost time, and a stream from before may be dead without a word.
    globalThis.addEventListener?.('online', reconnect, { signal });
    void follow(signal);
  }

  function close() {
    isClosed = true;
    options.signal?.removeEventListener('abort', close);
    stop();
    settle({ reason: 'closed' });
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
