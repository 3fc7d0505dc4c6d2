import type { ExecutionEvent } from '@sightglass/client';

export type MarkKind = 'start' | 'end' | 'failed';

/** The types of events that are marked on the scrubber. */
export const markTypes = ['stage.started', 'stage.completed', 'stage.failed', 'stage.skipped', 'stage.cancelled', 'execution.completed', 'execution.failed', 'execution.cancelled'] as const;

/** So many marks are known of a log; what comes behind them is stepped through event by event. */
export const maxMarks = 200_000;

const kindOf = (type: string): MarkKind => (type === 'stage.started' ? 'start' : type.endsWith('.failed') ? 'failed' : 'end');

/** Where in a log stages start, end and fail, in order. */
export class Marks {
  readonly #seqs: number[] = [];
  readonly #kinds: MarkKind[] = [];

  /** Gets the event up to which the marks are known. */
  last = 0;

  get count(): number {
    return this.#seqs.length;
  }

  get isFull(): boolean {
    return this.count >= maxMarks;
  }

  add(events: readonly Pick<ExecutionEvent, 'seq' | 'type'>[]): void {
    for (const { seq, type } of events) {
      if (seq <= this.last || this.isFull) continue;
      this.#seqs.push(seq);
      this.#kinds.push(kindOf(type));
      this.last = seq;
    }
  }

  /** The next mark after an event, or the one before it; of one kind where that is said. */
  next(from: number, direction: 1 | -1, kind: MarkKind | null = null): number | null {
    let at = this.#firstAfter(from);
    if (direction === -1) {
      at--;
      if (this.#seqs[at] === from) at--;
    }
    for (; at >= 0 && at < this.#seqs.length; at += direction) if (kind === null || this.#kinds[at] === kind) return this.#seqs[at]!;
    return null;
  }

  /** Which parts of a log that is cut into equal ones hold a mark of a kind. */
  bins(kind: MarkKind, total: number, count: number): number[] {
    const found = new Set<number>();
    this.#seqs.forEach((seq, i) => {
      if (this.#kinds[i] === kind) found.add(Math.min(count - 1, Math.floor((partOf(seq, total)) * count)));
    });
    return [...found];
  }

  #firstAfter(seq: number): number {
    let [low, high] = [0, this.#seqs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#seqs[middle]! > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Where an event stands between the first and the last, from 0 to 1. */
export const partOf = (seq: number, total: number): number => (total <= 1 ? 0 : Math.min(1, Math.max(0, (seq - 1) / (total - 1))));

/** The event at a part of the log. */
export const seqAt = (part: number, total: number): number => Math.round(1 + Math.min(1, Math.max(0, part)) * (Math.max(1, total) - 1));
