import type { ListedExecution } from '../../shared/executions/executions.js';

/** How many monitors stand side by side at most. */
export const most = 24;

/** Which executions are monitored: those that the address names, else those under way and those that have just ended. */
export function monitored(rows: readonly ListedExecution[], ids: readonly string[]): { shown: readonly ListedExecution[]; left: number } {
  const wanted = new Set(ids);
  const all = wanted.size > 0 ? rows.filter((row) => wanted.has(row.id)) : rows;
  return { shown: all.slice(0, most), left: Math.max(0, all.length - most) };
}

/** The ids that an address names. */
export const readIds = (params: URLSearchParams): string[] => (params.get('ids') ?? '').split(',').filter(Boolean).slice(0, most);
