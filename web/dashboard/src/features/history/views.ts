import { everything, writeQuery } from './query.js';
import type { HistoryQuery } from './query.js';

/** A view with a name: the query of an address. */
export interface SavedView {
  readonly name: string;
  readonly search: string;
}

/** Views that everybody has. */
export const givenViews: readonly SavedView[] = [
  { name: 'All', search: '' },
  { name: 'Under way', search: searchOf({ status: ['queued', 'running', 'paused'] }) },
  { name: 'Failed, last day', search: searchOf({ status: ['failed'], since: '24h' }) },
];

const most = 20;
const longest = 60;

/** Reads what `writeViews` has stored; anything else counts as nothing. */
export function readViews(stored: string | null): SavedView[] {
  try {
    const views: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(views) ? views.filter(isView).slice(0, most) : [];
  } catch {
    return [];
  }
}

export const writeViews = (views: readonly SavedView[]): string => JSON.stringify(views);

/** Adds a view, or gives one of this name another query. The oldest goes where there are too many. */
export function saveView(views: readonly SavedView[], name: string, search: string): SavedView[] {
  const short = name.trim().slice(0, longest);
  if (!short) return [...views];
  return [...views.filter((view) => view.name !== short), { name: short, search }].slice(-most);
}

function searchOf(narrowed: Partial<HistoryQuery>): string {
  return writeQuery({ ...everything, ...narrowed });
}

function isView(value: unknown): value is SavedView {
  const view = value as SavedView | null;
  return typeof view?.name === 'string' && typeof view.search === 'string' && /^(\?.*)?$/.test(view.search);
}
