import { readFilter, writeFilter } from '../../shared/lines/address.js';
import type { LineFilter } from '../../shared/lines/line.js';

/** What the viewer shows, as its address says it: a link to it shows the same. */
export interface ViewAddress {
  /** `timeline` where the address names none. */
  readonly tab: string;
  readonly stage: string | null;
  /** A line of the log, as the logs name it. */
  readonly line: string | null;
  /** A moment: the sequence of the last event that counts. */
  readonly at: number | null;
  /** How the timeline is drawn. */
  readonly draw: 'list' | 'gantt';
  /** Which lines the logs show. */
  readonly lines: LineFilter;
  /** How a moment of the past is looked at; null as it begins. */
  readonly look: string | null;
}

export function readAddress(query: URLSearchParams): ViewAddress {
  const at = Number(query.get('at'));
  return {
    tab: query.get('tab') || 'timeline',
    stage: query.get('stage') || null,
    line: query.get('line') || null,
    at: Number.isSafeInteger(at) && at > 0 ? at : null,
    draw: query.get('draw') === 'gantt' ? 'gantt' : 'list',
    lines: readFilter(query),
    look: query.get('look') || null,
  };
}

/** Writes it as the query of an address, `?` included; what is as it begins is left out, what others wrote there stays. */
export function writeAddress(view: ViewAddress, before: URLSearchParams): string {
  const query = new URLSearchParams(before);
  const parts = { tab: view.tab === 'timeline' ? null : view.tab, stage: view.stage, line: view.line, at: view.at, draw: view.draw === 'list' ? null : view.draw, look: view.look };
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) query.delete(name);
    else query.set(name, String(value));
  }
  writeFilter(view.lines, query);
  return query.size > 0 ? `?${query}` : '';
}
