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
  /** Which lines the logs show, as the part of the query that only they read. */
  readonly lines: string;
  /** How a moment of the past is looked at; null as it begins. */
  readonly look: string | null;
}

const partsOfLines = ['in', 'level', 'stream', 'q'];

export function readAddress(query: URLSearchParams): ViewAddress {
  const at = Number(query.get('at'));
  return {
    tab: query.get('tab') || 'timeline',
    stage: query.get('stage') || null,
    line: query.get('line') || null,
    at: Number.isSafeInteger(at) && at > 0 ? at : null,
    draw: query.get('draw') === 'gantt' ? 'gantt' : 'list',
    lines: new URLSearchParams([...query].filter(([name]) => partsOfLines.includes(name))).toString(),
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
  for (const name of partsOfLines) query.delete(name);
  for (const [name, value] of new URLSearchParams(view.lines)) query.append(name, value);
  return query.size > 0 ? `?${query}` : '';
}
