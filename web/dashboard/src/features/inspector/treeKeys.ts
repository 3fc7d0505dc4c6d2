import type { JsonRow } from './jsonRows.js';

/** What a key does in a tree: the row that it goes to, or that it opens or closes. */
export type TreeMove = { readonly to: string } | { readonly toggle: string };

/** What a key does at a row, as trees do everywhere; null where it does nothing. */
export function treeMove(rows: readonly JsonRow[], current: string | null, key: string): TreeMove | null {
  const at = Math.max(0, rows.findIndex(({ path }) => path === current));
  const row = rows[at];
  if (!row) return null;
  const to = (index: number): TreeMove => ({ to: rows[Math.max(0, Math.min(rows.length - 1, index))]!.path });
  switch (key) {
    case 'ArrowDown': return to(at + 1);
    case 'ArrowUp': return to(at - 1);
    case 'Home': return to(0);
    case 'End': return to(rows.length - 1);
    case 'Enter':
    case ' ': return row.hasChildren ? { toggle: row.path } : null;
    case 'ArrowRight': return !row.hasChildren ? null : row.isOpen ? to(at + 1) : { toggle: row.path };
    case 'ArrowLeft': {
      if (row.isOpen) return { toggle: row.path };
      const parent = rows.slice(0, at).findLastIndex(({ depth }) => depth < row.depth);
      return parent < 0 ? null : to(parent);
    }
    default: return null;
  }
}
