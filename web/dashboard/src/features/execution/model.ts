import { ApiError, createClient, createFold, followExecution, isTerminal } from '@sightglass/client';
import type { Client, ExecutionEvent, ExecutionFold, ExecutionState, Following, FollowMode, ModeDetail, ParkedReason, ServerOptions } from '@sightglass/client';
import type { EventsListener } from '../../shared/execution.js';
import { Pulse } from './pulse.js';

/** How the viewer gets its events at the moment. */
export interface Connection {
  readonly mode: FollowMode;
  readonly error: ApiError | null;
  /** When the next try comes, by this machine's clock; null where none is waited for. */
  readonly retryAt: number | null;
}

/** Whom a model tells. */
export interface ModelListener {
  /** Takes each snapshot; with `isAnew` the log is another one than before. */
  onState(state: ExecutionState, isAnew: boolean): void;
  onConnection(connection: Connection): void;
  /** Told how far the log is, while the page takes no updates. */
  onHead?(seq: number): void;
  /** Takes how many watch, this page among them. */
  onWatching?(count: number): void;
}

const pageSize = 1000;

/** Who is further behind begins anew instead of being told each event. */
const mostBehind = 10_000;

/** How often it is asked how far the log is, in milliseconds. */
const lookEvery = 2000;

// Counts once among those who watch, however often it connects.
const tab = Math.random().toString(36).slice(2);

/** Follows one execution and gives snapshots of it, as often as a page can show them; what comes between two is told with the later. */
export class ExecutionModel {
  readonly #id: string;
  readonly #api: Client;
  readonly #listener: ModelListener;
  readonly #following: Following;
  readonly #pulse = new Pulse(() => this.#tell());
  readonly #listeners = new Set<EventsListener>();
  #fold: ExecutionFold | null = null;
  #waiting: ExecutionEvent[] = [];

  // What came while the state is read anew; it may be older.
  #since: ExecutionEvent[] | null = null;
  #parked: ParkedReason | null = null;
  #isAnew = true;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(id: string, server: ServerOptions, listener: ModelListener) {
    this.#id = id;
    this.#api = createClient(server);
    this.#listener = listener;
    this.#following = followExecution(id, {
      ...server,
      onState: (state) => this.#begin(state),
      onEvent: (event) => this.#take(event),
      onMode: (mode, detail) => this.#connect(mode, detail),
      onParked: (reason) => this.#park(reason),
      onReset: () => (this.#isAnew = true),
      viewer: tab,
      onWatching: (count) => listener.onWatching?.(count),
    });
  }

  /** The last event that is known; 0 before the first state. */
  get seq(): number {
    return this.#fold?.seq ?? 0;
  }

  /** Listens to the events after the last snapshot; gives what ends it. */
  readonly onEvents = (listener: EventsListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  pause(): void {
    this.#following.pause();
    this.#pulse.now();
  }

  resume(): void {
    this.#following.resume();
  }

  /** Tries a stream at once, also after the end: somebody may have opened the execution again. */
  reconnect(): void {
    this.#following.reconnect();
  }

  /**
   * Reads the whole state anew, whatever the connection does, and puts it in the place of the one that is shown; follows on
   * where the execution was opened again. Who listens is told the events up to it, as always.
   * @throws ApiError where the server does not give it
   */
  async refresh(): Promise<void> {
    if (!this.#fold) return this.reconnect();
    const since: ExecutionEvent[] = (this.#since = []);
    try {
      await this.#renew(since);
    } catch (error) {
      // Nobody gives it any more, which the connection has to find out to say so.
      if (error instanceof ApiError && !error.isPassing) this.reconnect();
      throw error;
    } finally {
      if (since === this.#since) this.#since = null;
    }
  }

  close(): void {
    this.#since = null;
    this.#pulse.stop();
    clearInterval(this.#looking);
    this.#following.close();
    this.#listeners.clear();
  }

  #begin(state: ExecutionState): void {
    this.#fold = createFold(state);
    this.#since = null;
    this.#parked = state.parked ?? null;
    this.#waiting = [];
    this.#listener.onState(state, this.#isAnew);
    this.#isAnew = false;
  }

  // A refresh may have brought an event before the stream does.
  #take(event: ExecutionEvent): void {
    if (!this.#fold || event.seq !== this.#fold.seq + 1) return;
    this.#fold.apply(event);
    this.#since?.push(event);
    this.#waiting.push(event);
    this.#pulse.ask();
    if (this.#waiting.length >= pageSize) this.#pulse.now();
  }

  async #renew(since: ExecutionEvent[]): Promise<void> {
    const path = { id: this.#id };
    const known = this.seq;
    const state = await this.#api.get('/api/executions/{id}', { path });
    let isNear = state.seq - this.seq <= mostBehind;
    while (isNear && since === this.#since && this.seq < state.seq) {
      const { events } = await this.#api.get('/api/executions/{id}/events', { path, query: { after: this.seq, limit: pageSize } });
      for (const event of events) this.#take(event as ExecutionEvent);
      isNear = events.length > 0;
    }

    // Closed, begun anew or asked again meanwhile.
    if (since !== this.#since) return;

    // What became of a log that is shorter than it was the connection finds out.
    if (state.seq < known) return this.reconnect();
    if (isNear) {
      this.#fold = createFold(state);
      for (const event of since) if (event.seq > state.seq) this.#fold.apply(event);
      this.#parked = state.seq === this.seq ? state.parked ?? null : null;
      this.#pulse.ask();
      this.#pulse.now();
    } else {
      this.#isAnew = true;
      this.#begin(state);
    }
    this.#following.skipTo(state.seq);
    const { mode } = this.#following;
    if (mode === 'ended' ? !isTerminal(state.status) : mode === 'retrying' || mode === 'failed') this.reconnect();
  }

  #park(reason: ParkedReason | null): void {
    this.#parked = reason;
    this.#pulse.ask();
  }

  #connect(mode: FollowMode, { error, retryIn }: ModeDetail): void {
    clearInterval(this.#looking);
    if (mode === 'paused') this.#looking = setInterval(() => void this.#look(), lookEvery);
    this.#listener.onConnection({ mode, error: error ?? null, retryAt: retryIn === undefined ? null : Date.now() + retryIn });
  }

  // Of this type none comes after the first: the cursor of the page that would follow is the end of the log.
  async #look(): Promise<void> {
    if (this.seq === 0 || globalThis.document?.hidden) return;
    try {
      const { last } = await this.#api.get('/api/executions/{id}/events', { path: { id: this.#id }, query: { after: this.seq, limit: 1, types: ['execution.created'] } });
      this.#listener.onHead?.(last);
    } catch {
      // What is known stays as it is; the next look may tell.
    }
  }

  #tell(): void {
    if (!this.#fold) return;
    const state = this.#fold.state();
    const events = this.#waiting;
    this.#waiting = [];
    this.#listener.onState(this.#parked ? { ...state, parked: { detail: null, ...this.#parked } } : state, false);
    for (const listener of [...this.#listeners]) {
      try {
        if (events.length > 0) listener(events);
      } catch (error) {
        // A piece that breaks takes nothing from the others.
        reportError(error);
      }
    }
  }
}
