import { visibleParts } from './visible.js';

/** How a piece of text is to be drawn. A colour is a number of the sixteen that a theme has, or `#rrggbb`. */
export interface AnsiStyle {
  fg: number | string | null;
  bg: number | string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
}

/** Text with one look. */
export interface AnsiSpan {
  text: string;
  /** Null for text that looks like any other. */
  style: AnsiStyle | null;
  /** Whether it stands for a character that shows nothing by itself. */
  isMark: boolean;
  /** Whether it is what is searched for. */
  isFound?: boolean;
}

const plain: AnsiStyle = { fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false };

// Colours and the like, which begin with ESC [ or its one-character form; strings to the terminal (titles, links), which end
// with BEL or ESC \; other sequences, the broken ones too. A sequence that is not ended does not take the rest of the line.
const sequences =
  /(?:\x1b\[|\x9b)([0-9:;<=>?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)|\x1b[ -/]+[0-~]|\x1b[0-Z\\^-~]/g;

const hex = (value: number): string => Math.max(0, Math.min(255, value | 0)).toString(16).padStart(2, '0');
const rgb = (red: number, green: number, blue: number): string => `#${hex(red)}${hex(green)}${hex(blue)}`;

/** One of the 256 colours: the sixteen of the theme, a cube of 216, and 24 greys. */
function indexed(index: number): number | string | null {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return index;
  if (index >= 232) return rgb(...(Array(3).fill(8 + (index - 232) * 10) as [number, number, number]));
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** Reads what follows 38 or 48: the colour, and how many numbers it took. */
function extended(codes: readonly number[], at: number): [colour: number | string | null, taken: number] {
  if (codes[at] === 5) return [indexed(codes[at + 1] ?? -1), 2];
  if (codes[at] === 2) return [rgb(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), 4];
  return [null, 1];
}

function restyle(style: AnsiStyle, parameters: string): AnsiStyle {
  const next = { ...style };
  // With colons a colour may name a colour space, which is empty: 38:2::1:2:3.
  const codes = parameters.replace(/(\b[34]8:2):[0-9]*:(?=[0-9]*:[0-9]*:[0-9])/g, '$1:').split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) Object.assign(next, plain);
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 9) next.strike = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code === 27) next.inverse = false;
    else if (code === 29) next.strike = false;
    else if (code >= 30 && code <= 37) next.fg = code - 30;
    else if (code === 39) next.fg = null;
    else if (code >= 40 && code <= 47) next.bg = code - 40;
    else if (code === 49) next.bg = null;
    else if (code >= 90 && code <= 97) next.fg = code - 82;
    else if (code >= 100 && code <= 107) next.bg = code - 92;
    else if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes, i + 1);
      next[code === 38 ? 'fg' : 'bg'] = colour;
      i += taken;
    }
  }
  return next;
}

const isPlain = (s: AnsiStyle): boolean => (Object.keys(plain) as (keyof AnsiStyle)[]).every((key) => s[key] === plain[key]);

/** Reads text as a terminal prints it: colours become styles, other sequences are left out, hidden characters become marks. */
export function parseAnsi(text: string): AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  let style: AnsiStyle | null = null;
  let end = 0;
  const add = (piece: string) => {
    for (const part of visibleParts(piece)) spans.push({ ...part, style });
  };
  for (const match of text.matchAll(sequences)) {
    if (match.index > end) add(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[2] !== 'm' || /[<=>?]/.test(match[1]!)) continue;
    const next = restyle(style ?? plain, match[1]!);
    style = isPlain(next) ? null : next;
  }
  if (end < text.length) add(text.slice(end));
  return spans;
}

/** The text alone. */
export const plainText = (spans: readonly AnsiSpan[]): string => spans.map((span) => span.text).join('');

/** Splits spans where a text begins and ends that is searched for, in small or capital letters. */
export function markFound(spans: readonly AnsiSpan[], wanted: string): readonly AnsiSpan[] {
  const text = plainText(spans).toLowerCase();
  const sought = wanted.toLowerCase();
  let begin = sought ? text.indexOf(sought) : -1;
  if (begin < 0) return spans;
  const marked: AnsiSpan[] = [];
  let at = 0;
  for (const span of spans) {
    const stop = at + span.text.length;
    while (at < stop) {
      const end = begin + sought.length;
      const isFound = begin >= 0 && at >= begin;
      const next = Math.min(stop, begin < 0 ? stop : isFound ? end : begin);
      marked.push({ ...span, text: span.text.slice(at - stop + span.text.length, next - stop + span.text.length), isFound });
      at = next;
      if (isFound && at === end) begin = text.indexOf(sought, end);
    }
  }
  return marked;
}
