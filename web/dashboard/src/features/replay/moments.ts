import { createFold } from '@sightglass/client';
import type { ExecutionFold, ExecutionState } from '@sightglass/client';
import { pageSize } from './pages.js';
import type { EventPages } from './pages.js';

export type LoadState = (at: number, signal: AbortSignal) => Promise<ExecutionState>;

/** A state is folded on over so many events; what is further away is asked of the server. */
const near = 2 * pageSize;

/** As many stages in all are kept in states to fold on from, and at least so many and at most so many states. */
const limits = { stages: 200_000, least: 4, most: 60 };

/**
 * The states of an execution at any point of its log, folded in the browser from states in between. One call at a time: a
 * newer one makes an older one end without an answer.
 */
export class Moments {
  readonly #states = new Map<number, ExecutionState>();
  readonly #stop = new AbortController();
  #fold: ExecutionFold | null = null;
  #turn = 0;

  constructor(private readonly pages: EventPages, private readonly load: LoadState) {}

  /** Gets how many states are kept to go on from. */
  get kept(): number {
    return this.#states.size;
  }

  /** The state after an event; null where another one has been asked for meanwhile. */
  async at(seq: number): Promise<ExecutionState | null> {
    const turn = ++this.#turn;
    let fold = this.#fold && this.#fold.seq <= seq && seq - this.#fold.seq <= near ? this.#fold : null;
    if (!fold) {
      const known = this.#nearest(seq);
      const from = known ?? (await this.load(Math.max(1, seq - (seq % pageSize)), this.#stop.signal));
      if (turn !== this.#turn) return null;
      if (!known) this.#keep(from);
      fold = createFold(from);
    }

    // Until all events are there nothing is changed, so that nobody is left with half of them.
    const events = await this.pages.between(fold.seq, seq);
    if (turn !== this.#turn) return null;
    this.#fold = fold;
    for (const event of events) {
      fold.apply(event);
      if (fold.seq % pageSize === 0) this.#keep(fold.state());
    }
    return fold.state();
  }

  stop(): void {
    this.#turn++;
    this.#stop.abort();
  }

  #nearest(seq: number): ExecutionState | null {
    let best: ExecutionState | null = null;
    for (const [at, state] of this.#states) if (at <= seq && seq - at <= near && at > (best?.seq ?? 0)) best = state;
    return best;
  }

  #keep(state: ExecutionState): void {
    this.#states.delete(state.seq);
    this.#states.set(state.seq, state);
    const most = Math.min(limits.most, Math.max(limits.least, Math.floor(limits.stages / Math.max(1, state.stages.length))));
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= most) break;
      this.#states.delete(oldest);
    }
  }
}
