import { longestValue, withParts } from '../../shared/query.js';

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
  /** Which stages are drawn and how, as the part of the query that only the timeline, the Gantt chart and the graph read. */
  readonly drawn: string;
  /** Which lines the logs show, as the part of the query that only they read. */
  readonly lines: string;
  /** How a moment of the past is looked at; null as it begins. */
  readonly look: string | null;
}

// What drawings share means the same in each of them: what one looks for is found in the next.
const partsOfDrawn = ['find', 'state', 'type', 'range', 'idle', 'graph', 'open'];
const partsOfLines = ['in', 'level', 'stream', 'q'];

/** More than a page writes. */
const mostParts = 50;

const only = (query: URLSearchParams, names: readonly string[]): string =>
  new URLSearchParams([...query].filter(([name]) => names.includes(name)).slice(0, mostParts).map(([name, value]) => [name, value.slice(0, longestValue)])).toString();

export function readAddress(query: URLSearchParams): ViewAddress {
  const at = Number(query.get('at'));
  return {
    tab: query.get('tab') || 'timeline',
    stage: query.get('stage') || null,
    line: query.get('line') || null,
    at: Number.isSafeInteger(at) && at > 0 ? at : null,
    draw: query.get('draw') === 'gantt' ? 'gantt' : 'list',
    drawn: only(query, partsOfDrawn),
    lines: only(query, partsOfLines),
    look: query.get('look') || null,
  };
}

/** Writes it as the query of an address, `?` included; what is as it begins is left out, what others wrote there stays. */
export function writeAddress({ tab, stage, line, at, draw, drawn, lines, look }: ViewAddress, before: URLSearchParams): string {
  const said = new URLSearchParams(`${drawn}&${lines}`);
  const groups = [...partsOfDrawn, ...partsOfLines].map((name) => [name, said.getAll(name)]);
  const query = withParts(String(before), { tab: tab === 'timeline' ? null : tab, stage, line, at, draw: draw === 'list' ? null : draw, look, ...(Object.fromEntries(groups) as Record<string, string[]>) });
  return query && `?${query}`;
}
