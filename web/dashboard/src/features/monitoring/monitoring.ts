import type { ListedExecution } from '../../shared/executions/executions.js';

/** How many monitors stand side by side at most. */
export const most = 24;

/** Which executions are monitored: those that the address names, else those under way and those that have just ended. */
export function monitored(rows: readonly ListedExecution[], ids: readonly string[]): { shown: readonly ListedExecution[]; left: number; gone: readonly string[] } {
  const wanted = new Set(ids);
  const there = new Set(rows.map((row) => row.id));
  const all = wanted.size > 0 ? rows.filter((row) => wanted.has(row.id)) : rows;
  return { shown: all.slice(0, most), left: Math.max(0, all.length - most), gone: ids.filter((id) => !there.has(id)) };
}

/** The query of an address that names them; without any, all are monitored. */
export const writeIds = (ids: readonly string[]): string => (ids.length > 0 ? `?ids=${ids.slice(0, most).map(encodeURIComponent).join(',')}` : '');

/** The ids that an address names. */
export const readIds = (params: URLSearchParams): string[] => [...new Set((params.get('ids') ?? '').split(',').filter(Boolean))].slice(0, most);
