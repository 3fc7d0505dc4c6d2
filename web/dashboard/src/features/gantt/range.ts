import type { Span } from './axis.js';

/** Nothing shorter than this many milliseconds is looked at. */
const shortest = 5;

/** Keeps a range within the axis; null is all of it. */
export function within(range: Span, length: number): Span | null {
  const size = Math.min(length, Math.max(Math.min(shortest, length), range.to - range.from));
  if (size >= length * 0.999) return null;
  const from = Math.min(length - size, Math.max(0, range.from));
  return { from, to: from + size };
}

/** Zooms by a factor; what lies at a part (0 to 1) of the range stays there. */
export function zoomedRange(range: Span | null, length: number, factor: number, part: number): Span | null {
  const { from, to } = range ?? { from: 0, to: length };
  const size = Math.max(Math.min(shortest, length), (to - from) / factor);
  const fixed = from + (to - from) * part;
  return within({ from: fixed - size * part, to: fixed + size * (1 - part) }, length);
}

/** Moves a range by a part of its own length. */
export function pannedRange(range: Span | null, length: number, part: number): Span | null {
  if (!range) return null;
  const by = (range.to - range.from) * part;
  return within({ from: range.from + by, to: range.to + by }, length);
}
