import { loadFlags } from '../api/flags.js';
import { ApiError, askJson } from '../api/problem.js';
import { wait } from '../api/time.js';
import { isTerminal } from '../fold/index.js';
import type { ExecutionEvent, ExecutionState } from '../fold/index.js';
import { readStream } from './connection.js';
import type { FollowEnd, FollowMode, FollowOptions, Following, ModeDetail, ParkedReason } from './following.js';
import { eventsPath } from './page.js';
import type { EventPage } from './page.js';
import { RetrySchedule } from './schedule.js';
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
  return new Follower(id, options);
}

class Follower implements Following {
  readonly done: Promise<FollowEnd>;
  readonly #path: string;
  readonly #options: FollowOptions;
  readonly #isFiltered: boolean;
  #settle!: (end: FollowEnd) => void;
  #cursor: number;
  #needsState: boolean;
  #mode: FollowMode | null = null;
  #isParked = false;
  #isClosed = false;

  // Of the run under way; each run has a controller of its own.
  #run = new AbortController();
  #polling: AbortController | null = null;
  #isBeside = false;
  #schedule = new RetrySchedule();

  constructor(id: string, options: FollowOptions) {
    this.#path = `/api/executions/${encodeURIComponent(id)}`;
    this.#options = options;
    this.#isFiltered = Boolean(options.stages?.length || options.types?.length);
    this.#cursor = options.after ?? 0;
    this.#needsState = options.after === undefined && options.onState !== undefined;
    this.done = new Promise((resolve) => (this.#settle = resolve));
    if (options.signal?.aborted) {
      this.close();
      return;
    }
    options.signal?.addEventListener('abort', this.close);
    this.#start();
  }

  get seq() {
    return this.#cursor;
  }

  get mode() {
    return this.#mode ?? 'connecting';
  }

  pause() {
    if (this.#isClosed || this.#mode === 'ended' || this.#mode === 'failed') return;
    this.#stop();
    this.#tell('paused');
  }

  resume() {
    if (this.#mode === 'paused') this.reconnect();
  }

  reconnect() {
    if (this.#isClosed) return;
    this.#stop();
    this.#start();
  }

  readonly close = () => {
    this.#isClosed = true;
    this.#options.signal?.removeEventListener('abort', this.close);
    this.#stop();
    this.#settle({ reason: 'closed' });
  };

  #start() {
    this.#run = new AbortController();
    this.#schedule = new RetrySchedule();
    globalThis.addEventListener?.('online', this.#online);
    void this.#follow(this.#run.signal);
  }

  #stop() {
    globalThis.removeEventListener?.('online', this.#online);
    this.#run.abort();
    this.#stopPolling();
  }

  // The network is back: waiting out the delay would only cost time.
  readonly #online = () => {
    if (this.#mode === 'retrying' || this.#mode === 'polling') this.reconnect();
  };

  async #follow(run: AbortSignal) {
    this.#tell('connecting');
    while (!run.aborted) {
      let outcome: Outcome = 'lost';
      let error: ApiError | undefined;
      try {
        const allowed = loadFlags(this.#options);
        if (this.#needsState) await this.#loadState(run);
        const { ENABLE_EXECUTION_STREAMING: isOn } = await allowed;
        if (run.aborted) return;
        outcome = isOn ? await this.#stream(run) : 'off';
      } catch (thrown) {
        if (run.aborted) return;
        error = thrown as ApiError;
        if (error.code === 'streaming_disabled') outcome = 'off';
        else if (error.code === 'cursor_beyond_end') outcome = this.#reset();
        else if (error instanceof ApiError && !error.isPassing) return this.#fail(error);
      }
      if (run.aborted || outcome === 'over') return;
      await this.#beforeNextTry(outcome, error, run);
    }
  }

  async #beforeNextTry(outcome: Outcome, error: ApiError | undefined, run: AbortSignal) {
    this.#isBeside = false;
    const retryIn = outcome === 'off' ? null : this.#schedule.next(outcome === 'again', error?.retryAfter ?? null);
    if (retryIn === 0) return;
    if (retryIn !== null || this.#needsState) {
      if (!this.#polling) this.#tell('retrying', { error, retryIn: retryIn ?? pollEvery });
      return wait(retryIn ?? pollEvery, run);
    }
    this.#startPolling(run, error);
    return wait(background, run);
  }

  async #loadState(run: AbortSignal) {
    const state = await askJson<ExecutionState>(this.#options, this.#path, { signal: run });
    if (run.aborted) return;
    this.#needsState = false;
    this.#cursor = state.seq;
    this.#call(() => this.#options.onState?.(state));
    if (state.parked && !run.aborted) this.#parked(state.parked);
    if (!run.aborted && isTerminal(state.status)) this.#end(state.seq);
  }

  async #stream(run: AbortSignal): Promise<Outcome> {
    const own = new AbortController();
    const stop = () => own.abort();
    run.addEventListener('abort', stop);
    let outcome: Outcome = 'lost';
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      if (!this.#polling) this.#tell('connecting');
      await readStream(this.#options, eventsPath(this.#path, this.#options, this.#cursor), {
        signal: own.signal,
        quiet,
        onOpen: () => {
          if (!this.#polling) this.#tell('live');
          silence = setTimeout(() => {
            this.#isBeside = !this.#polling;
            this.#startPolling(run);
          }, unheard);
        },
        onFrames: (frames) => {
          clearTimeout(silence);
          this.#stopPolling();
          this.#tell('live');
          for (const frame of frames) {
            if (own.signal.aborted) return;
            outcome = this.#take(frame) ?? outcome;
            if (outcome !== 'lost') return stop();
          }
        },
      });
    } catch (error) {
      if (outcome === 'lost') throw error;
    } finally {
      clearTimeout(silence);
      run.removeEventListener('abort', stop);
    }
    return outcome;
  }

  /** Takes one frame, and says what becomes of the connection where it does not simply go on. */
  #take(frame: SseFrame): Outcome | null {
    if (frame.retry !== null) this.#schedule.comeBack(frame.retry);
    const data = JSON.parse(frame.data ?? '{}') as unknown;
    switch (frame.event) {
      case 'lagging': return 'again';
      case 'reset': return this.#reset();
      case 'end': return this.#reach((data as { last: number }).last, true);
      case 'parked': this.#parked(data as ParkedReason); break;
      case null:
        if (frame.data === null) {
          const sentAway = frame.id === null ? null : this.#reach(Number(frame.id), false);
          if (sentAway) return sentAway;
        } else if (!this.#event(data as ExecutionEvent)) {
          return null;
        }
    }
    this.#schedule.progressed();
    return null;
  }

  /** Tells an event that is new, and says whether it was. */
  #event(event: ExecutionEvent): boolean {
    if (event.seq <= this.#cursor) return false;
    if (!this.#isFiltered && event.seq !== this.#cursor + 1) throw new Error(`Event ${event.seq} came after ${this.#cursor}.`);
    this.#cursor = event.seq;
    if (this.#isParked) this.#parked(null);
    this.#call(() => this.#options.onEvent(event));
    return true;
  }

  /** The server says that nothing up to here is left to send. */
  #reach(seq: number, isEnd: boolean): Outcome | null {
    if (!(seq >= 0)) return null;
    if (seq > this.#cursor) {
      if (!this.#isFiltered) return 'again';
      this.#cursor = seq;
    }
    if (!isEnd) return null;
    this.#end(seq);
    return 'over';
  }

  #reset(): Outcome {
    this.#cursor = 0;
    this.#needsState = this.#options.after === undefined && this.#options.onState !== undefined;
    this.#stopPolling();
    this.#call(() => this.#options.onReset?.());
    return 'again';
  }

  #parked(reason: ParkedReason | null) {
    this.#isParked = reason !== null;
    this.#call(() => this.#options.onParked?.(reason));
  }

  #startPolling(run: AbortSignal, error?: ApiError) {
    if (this.#polling || run.aborted) return;
    this.#polling = new AbortController();
    void this.#poll(this.#polling.signal, error);
  }

  #stopPolling() {
    this.#polling?.abort();
    this.#polling = null;
  }

  async #poll(polling: AbortSignal, error?: ApiError) {
    let detail: ModeDetail = error ? { error } : {};
    while (!polling.aborted) {
      let isFull = false;
      try {
        const page = await askJson<EventPage>(this.#options, eventsPath(this.#path, this.#options, this.#cursor, pageSize), { signal: polling, cache: 'no-store' });
        if (polling.aborted) return;
        if (!this.#isBeside || page.events.length > 0) this.#tell('polling', detail);
        for (const event of page.events) {
          if (polling.aborted) return;
          this.#event(event);
        }
        if (polling.aborted) return;
        if (page.parked && !this.#isParked) this.#parked(page.parked);
        if (this.#reach(page.last, page.complete) === 'over') return;
        isFull = page.events.length >= pageSize;
      } catch (thrown) {
        if (polling.aborted) return;
        const refused = thrown as ApiError;
        if (refused.code === 'cursor_beyond_end') {
          this.#reset();
          return this.reconnect();
        }
        if (refused instanceof ApiError && !refused.isPassing) return this.#fail(refused);
        detail = { error: refused };
        if (!this.#isBeside) this.#tell('retrying', { error: refused, retryIn: pollEvery });
      }
      if (!isFull) await wait(pollEvery, polling);
    }
  }

  #end(last: number) {
    this.#stop();
    this.#tell('ended', { last });
    this.#settle({ reason: 'ended', last });
  }

  #fail(error: ApiError) {
    this.#stop();
    this.#tell('failed', { error });
    this.#settle({ reason: 'failed', error });
  }

  #tell(mode: FollowMode, detail: ModeDetail = {}) {
    if (this.#mode === mode && mode !== 'retrying') return;
    this.#mode = mode;
    this.#call(() => this.#options.onMode?.(mode, detail));
  }

  // What a listener throws is its own; the events after it still come.
  #call(listener: () => void) {
    try {
      listener();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
