import type { Line, LineFilter } from '../../shared/lines/line.js';
import type { LineQuestion, LoadLines } from '../../shared/lines/store.js';

/** A line that was sought. */
export interface Found {
  line: Line;
  /** Its place among those that fit, from 0. */
  position: number;
  total: number;
  /** Whether the end of the log was passed on the way. */
  isAround: boolean;
}

// A request looks at a bounded part of the log, which is counted from there on.
async function ask(load: LoadLines, question: LineQuestion) {
  let window = await load(question);
  while (window.more) window = await load(question);
  return window;
}

/** Finds the next line that fits, or the one before, from a line on; past the end it goes on at the other end. Null where none fits. */
export async function seek(load: LoadLines, filter: LineFilter, at: number, from: number, direction: 1 | -1, signal: AbortSignal): Promise<Found | null> {
  const question = { filter, at, limit: 1, signal };
  const near = await ask(load, { ...question, line: Math.max(1, direction > 0 ? from + 1 : from) });
  if (near.total === 0) return null;
  const position = direction > 0 ? near.from : near.from - 1;
  const isAround = position < 0 || position >= near.total;
  const wanted = (position + near.total) % near.total;
  const window = direction > 0 && !isAround ? near : await ask(load, { ...question, from: wanted });
  const line = window.lines[0];
  return line ? { line, position: window.from, total: window.total, isAround } : null;
}

/** The place of a line among those that fit: its own, or that of the first that fits behind it. */
export async function placeOf(load: LoadLines, filter: LineFilter, at: number, number: number, signal: AbortSignal): Promise<number> {
  return (await ask(load, { filter, at, line: Math.max(1, number), limit: 1, signal })).from;
}
