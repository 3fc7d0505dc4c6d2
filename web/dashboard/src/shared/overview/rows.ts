import type { ListedExecution } from '@sightglass/client/feed';

/** How long an execution that has ended stays among the others, in milliseconds. */
export const keptFor = 5 * 60_000;

const underWay = new Set(['queued', 'running', 'paused']);

export const isUnderWay = (row: Pick<ListedExecution, 'status'>): boolean => underWay.has(row.status);

/** The executions under way and those that have just ended, newest first, as the feed tells of them. */
export class OverviewRows {
  readonly #rows = new Map<string, ListedExecution>();
  #list: readonly ListedExecution[] | null = null;

  /** Takes a whole list in place of what was known. */
  replace(rows: readonly ListedExecution[]): void {
    this.#rows.clear();
    for (const row of rows) this.#rows.set(row.id, row);
    this.#list = null;
  }

  change(row: ListedExecution): void {
    this.#rows.set(row.id, row);
    this.#list = null;
  }

  delete(id: string): void {
    if (this.#rows.delete(id)) this.#list = null;
  }

  /** Forgets those that ended long ago. */
  prune(now: number): void {
    for (const row of this.#rows.values()) {
      if (row.endTime !== undefined && row.endTime < now - keptFor && this.#rows.delete(row.id)) this.#list = null;
    }
  }

  /** The same list as before where nothing has changed. */
  get list(): readonly ListedExecution[] {
    return (this.#list ??= [...this.#rows.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)));
  }
}
