/** The part of a long list that is in the page. */
export interface ListWindow {
  readonly from: number;
  readonly to: number;
}

/** How many lines are kept above and below what is seen, so that scrolling shows none that is empty. */
const spare = 8;

/** Gives the lines of a list that are seen, and a few around them. */
export function windowOf(count: number, lineHeight: number, top: number, height: number): ListWindow {
  const first = Math.floor(top / lineHeight);
  const from = Math.max(0, Math.min(first - spare, count - 1));
  return { from, to: Math.min(count, Math.ceil((top + height) / lineHeight) + spare) };
}

/** Where to scroll so that a line is seen whole, with its neighbours; where it is seen already, it stays. */
export function scrollTo(line: number, lineHeight: number, top: number, height: number): number {
  const start = line * lineHeight;
  if (start < top + lineHeight) return Math.max(0, start - lineHeight);
  if (start + 2 * lineHeight > top + height) return start + 2 * lineHeight - height;
  return top;
}

/** Where to scroll when lines get another height: the given one, where it is in sight, stays where it is, else the first in sight. */
export function rescaled(line: number, before: number, after: number, top: number, height: number): number {
  const offset = line * before - top;
  return Math.max(0, offset >= 0 && offset < height ? line * after - offset : (top * after) / before);
}
