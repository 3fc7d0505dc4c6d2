/** What takes the place of a part of a text. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The one change between two texts: what lies between what they begin with and what they end with. */
export function changeBetween(older: string, newer: string): Change {
  const shorter = Math.min(older.length, newer.length);
  let from = 0;
  while (from < shorter && older[from] === newer[from]) from++;
  let end = 0;
  while (end < shorter - from && older[older.length - 1 - end] === newer[newer.length - 1 - end]) end++;

  // No character of two halves is parted.
  if (isFirstHalf(older.charCodeAt(from - 1))) from--;
  if (isSecondHalf(older.charCodeAt(older.length - end))) end--;
  return { from, to: older.length - end, insert: newer.slice(from, newer.length - end) };
}

const isFirstHalf = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isSecondHalf = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/** How most lines of a text end. */
export function lineEndOf(text: string): string {
  const returns = text.split('\r\n').length - 1;
  return returns * 2 > text.split('\n').length - 1 ? '\r\n' : '\n';
}
