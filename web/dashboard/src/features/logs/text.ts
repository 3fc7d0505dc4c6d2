import type { Line } from '../../shared/lines/line.js';
import { parseAnsi } from '../../shared/terminal/ansi.js';
import type { AnsiSpan } from '../../shared/terminal/ansi.js';

const parsed = new WeakMap<Line, AnsiSpan[]>();

/** The text of a line as it is drawn; it is read once. */
export function spansOf(line: Line): AnsiSpan[] {
  let spans = parsed.get(line);
  if (!spans) parsed.set(line, (spans = parseAnsi(line.text)));
  return spans;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });

/** Local time of day to the millisecond. */
export const timeOf = (at: number): string => clock.format(at);
