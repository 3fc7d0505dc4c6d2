/** A value that is too large for an event: where it is, how large its JSON is, and how it begins. */
export interface Reference {
  ref: string;
  bytes: number;
  preview: string;
}

/** Tells whether a value stands for one that is kept apart; no other has this shape. */
export function isReference(value: unknown): value is Reference {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 3) return false;
  const { ref, bytes, preview } = value as Partial<Reference>;
  return typeof ref === 'string' && typeof bytes === 'number' && typeof preview === 'string';
}

export type ValueView = 'markdown' | 'json' | 'raw';

/** The ways to show a value; the first is the one to begin with. */
export function viewsOf(value: unknown): ValueView[] {
  if (typeof value === 'string') return looksLikeMarkdown(value) ? ['markdown', 'raw'] : ['raw', 'markdown'];
  return typeof value === 'object' && value !== null ? ['json', 'raw'] : ['raw'];
}

/** Whether a text has what only Markdown has: headings, lists, fences, strong words, tables. */
export const looksLikeMarkdown = (text: string): boolean =>
  /^#{1,6} \S|^\s{0,3}[-*] \S|^\s{0,3}\d{1,3}\. \S|^```|\*\*\S[^*]*\*\*|^\|.+\|\s*$/m.test(text.slice(0, 4000));

/** A value as text, as one copies it. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? '');

/** Whether there is something to say of a value. */
export const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0);

/** A text as a terminal leaves it: what a carriage return writes over is gone. */
export const printedAs = (text: string): string => (text.includes('\r') ? text.replace(/\r+\n/g, '\n').replace(/[^\n\r]*\r(?=[^\n])/g, '') : text);

/** Cuts a text into pieces of about a length that end with lines where they can. */
export function cutAtLines(text: string, length: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const line = text.indexOf('\n', from + length);
    const to = line < 0 || line > from + 2 * length ? Math.min(text.length, from + 2 * length) : line + 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

// What is larger is looked at as text.
const longestJson = 1024 * 1024;

/** The list or object that a whole text is, as JSON; undefined where it is none. */
export function jsonIn(text: string): object | undefined {
  if (text.length > longestJson || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
