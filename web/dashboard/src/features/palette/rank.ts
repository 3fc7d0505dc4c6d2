/** Something the palette can do. */
export interface Entry {
  id: string;
  group: 'Pages' | 'Pipelines' | 'Executions' | 'Actions' | 'Search';
  label: string;
  /** More to find it by, shown beside the label. */
  detail?: string;
  href?: string;
  run?: () => void;
}

/** How well a text answers what was typed; 0 where it does not. Whole words count more than beginnings, those more than letters in order. */
export function score(query: string, text: string): number {
  const wanted = query.trim().toLowerCase();
  const given = text.toLowerCase();
  if (!wanted) return 1;
  if (given === wanted) return 100;
  if (given.startsWith(wanted)) return 80;
  const at = given.indexOf(wanted);
  if (at > 0) return /[\s\-_./]/.test(given[at - 1]!) ? 60 : 40;
  let from = 0;
  for (const letter of wanted.replaceAll(' ', '')) {
    from = given.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 10;
}

const shown = 12;
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Gives the entries that answer what was typed, the best of them, by groups; a text can always be searched for. */
export function find(entries: readonly Entry[], query: string): Entry[] {
  const wanted = query.trim();
  const found = entries
    .map((entry, order) => ({ entry, order, score: Math.max(score(wanted, entry.label), score(wanted, entry.detail ?? '') * 0.5) }))
    .filter((f) => f.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, shown)
    .map((f) => f.entry);
  const best = [...new Set(found.map((e) => e.group))].flatMap((group) => found.filter((e) => e.group === group));
  if (idPattern.test(wanted)) best.unshift({ id: 'open', group: 'Executions', label: 'Open this execution', detail: wanted, href: `/executions/${wanted.toLowerCase()}` });
  else if (wanted) best.push({ id: 'search', group: 'Search', label: `Search all executions for “${wanted}”`, href: `/executions?q=${encodeURIComponent(wanted)}` });
  return best;
}
