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
  #before: ReadonlyMap<string, ListedExecution> | null = null;

  constructor(wants: (row: ListedExecution) => boolean, tell: (row: ListedExecution, notice: Notice) => void) {
    this.#wants = wants;
    this.#tell = tell;
  }

  /**
   * Takes all rows that are known now; the first ones are where it begins. Gives those that were under way and are not told of any more.
   */
  take(rows: readonly ListedExecution[]): ListedExecution[] {
    const before = this.#before;
    const now = new Map(rows.map((row) => [row.id, row]));
    this.#before = now;
    if (before === null) return [];
    for (const row of rows) {
      const last = before.get(row.id) ?? null;
      if (last !== row) this.#compare(last, row);
    }
    return [...before.values()].filter((row) => !now.has(row.id) && row.endTime === undefined && this.#wants(row));
  }

  /** Takes one that was asked for by its id, since nothing was told of its end. */
  takeLost(before: ListedExecution, row: ListedExecution): void {
    this.#compare(before, row);
  }

  /** Those of which it has to be asked whether anything comes from them at all. */
  get silent(): ListedExecution[] {
    const rows = [...(this.#before?.values() ?? [])].filter((row) => mayStall(row) && this.#wants(row)).slice(0, followed);
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

  #compare(before: ListedExecution | null, row: ListedExecution): void {
    const notice = this.#wants(row) ? noticeOf(before, row) : null;
    if (notice) this.#tell(row, notice);
  }
}
