import type { ListedExecution } from '../../shared/executions/executions.js';
import { mayStall, noticeOf, stalledAfter, stalledNotice } from './notices.js';
import type { Notice } from './notices.js';

/** How an execution's log stands. */
interface Heard {
  seq: number;
  at: number;
  isTold: boolean;
}

const followed = 50;

/** Compares what is told of executions with what was told before, and says what somebody wants to know of it. */
export class Rounds {
  readonly #wants: (row: ListedExecution) => boolean;
  readonly #tell: (row: ListedExecution, notice: Notice) => void;
  readonly #heard = new Map<string, Heard>();
  readonly #lost = new Map<string, ListedExecution>();
  #before: ReadonlyMap<string, ListedExecution> | null = null;

  constructor(wants: (row: ListedExecution) => boolean, tell: (row: ListedExecution, notice: Notice) => void) {
    this.#wants = wants;
    this.#tell = tell;
  }

  /**
   * Takes the rows that are known now; the first ones are where it begins. Gives those that were under way and are not told of
   * any more: they have ended unheard, or so many are under way that no list has them.
   */
  take(rows: readonly ListedExecution[]): ListedExecution[] {
    const before = this.#before;
    const now = new Map(rows.map((row) => [row.id, row]));
    this.#before = now;
    if (before === null) return [];
    for (const row of rows) {
      const last = before.get(row.id) ?? this.#lost.get(row.id) ?? null;
      this.#lost.delete(row.id);
      if (last !== row) this.#compare(last, row);
    }
    const lost = [...before.values()].filter((row) => !now.has(row.id) && row.endTime === undefined && this.#wants(row));
    for (const row of lost) this.#keep(row);
    return lost;
  }

  /** Those of which nobody tells, the newest of them: it has to be asked how they stand. */
  get lost(): ListedExecution[] {
    return [...this.#lost.values()];
  }

  /** Takes one that was asked for by its id, since nobody tells of it; null for `before` where nothing was known of it. */
  takeLost(before: ListedExecution | null, row: ListedExecution): void {
    if (before) this.#compare(before, row);
    if (row.endTime === undefined && !this.#before?.has(row.id)) this.#keep(row);
    else this.#lost.delete(row.id);
  }

  /** Takes that one is there no longer. */
  forget(id: string): void {
    this.#lost.delete(id);
  }

  /** Those of which it has to be asked whether anything comes from them at all. */
  get silent(): ListedExecution[] {
    const rows = [...(this.#before?.values() ?? []), ...this.#lost.values()].filter((row) => mayStall(row) && this.#wants(row)).slice(0, followed);
    const ids = new Set(rows.map((row) => row.id));
    for (const id of this.#heard.keys()) if (!ids.has(id)) this.#heard.delete(id);
    return rows;
  }

  /** Takes how far the log of one is. */
  hear(row: ListedExecution, seq: number, now: number): void {
    const heard = this.#heard.get(row.id);
    if (!heard || heard.seq !== seq) this.#heard.set(row.id, { seq, at: now, isTold: false });
    else if (!heard.isTold && now - heard.at >= stalledAfter) {
      heard.isTold = true;
      this.#tell(row, stalledNotice(row));
    }
  }

  #keep(row: ListedExecution): void {
    this.#lost.delete(row.id);
    this.#lost.set(row.id, row);
    for (const oldest of this.#lost.keys()) {
      if (this.#lost.size <= followed) break;
      this.#lost.delete(oldest);
    }
  }

  #compare(before: ListedExecution | null, row: ListedExecution): void {
    const notice = this.#wants(row) ? noticeOf(before, row) : null;
    if (notice) this.#tell(row, notice);
  }
}
