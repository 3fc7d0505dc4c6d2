/** What stands within a line. */
export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'break' }
  | { type: 'strong' | 'emphasis' | 'strike'; children: Inline[] }
  | { type: 'link'; href: string; children: Inline[] };

export interface ListItem {
  /** Whether it is done; null where it is no task. */
  checked: boolean | null;
  blocks: Block[];
}

export type Block =
  | { type: 'heading'; level: number; children: Inline[] }
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'code'; language: string; text: string }
  | { type: 'quote'; blocks: Block[] }
  | { type: 'list'; isOrdered: boolean; start: number; items: ListItem[] }
  | { type: 'table'; head: Inline[][]; rows: Inline[][][]; align: ('left' | 'right' | 'center')[] }
  | { type: 'rule' };

const deepest = 12;
const item = /^( {0,3})([-*+]|\d{1,9}[.)]) +(?:\[([ xX])\] +)?/;
const isRule = (line: string) => /^ {0,3}([-*_])( *\1){2,} *$/.test(line);
const isTableRule = (line: string) => /^ *\|? *:?-+:? *(\| *:?-+:? *)*\|? *$/.test(line) && line.includes('-');

/** Reads Markdown as models write it. Marks that are not closed are text, and so is HTML. */
export function parseMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) at = block(lines, at, blocks, depth);
  return blocks;
}

/** Reads one block and gives the line behind it. */
function block(lines: string[], at: number, blocks: Block[], depth: number): number {
  const line = lines[at]!;
  if (line.trim() === '') return at + 1;
  const fence = /^ {0,3}(?:(`{3,})([^`]*)|(~{3,})(.*))$/.exec(line);
  if (fence) return code(lines, at, (fence[1] ?? fence[3])!, (fence[2] ?? fence[4])!.trim(), blocks);
  const heading = /^ {0,3}(#{1,6})(?: +(.*?))?(?: +#+)? *$/.exec(line);
  if (heading) {
    blocks.push({ type: 'heading', level: heading[1]!.length, children: parseInline(heading[2] ?? '') });
    return at + 1;
  }
  if (isRule(line)) {
    blocks.push({ type: 'rule' });
    return at + 1;
  }
  if (/^ {0,3}>/.test(line) && depth < deepest) {
    let end = at;
    while (end < lines.length && /^ {0,3}>/.test(lines[end]!)) end++;
    blocks.push({ type: 'quote', blocks: parseMarkdown(lines.slice(at, end).map((quoted) => quoted.replace(/^ {0,3}> ?/, '')).join('\n'), depth + 1) });
    return end;
  }
  if (item.test(line) && depth < deepest) return list(lines, at, blocks, depth);
  if (line.includes('|') && isTableRule(lines[at + 1] ?? '')) return table(lines, at, blocks);
  return paragraph(lines, at, blocks);
}

function code(lines: string[], at: number, mark: string, language: string, blocks: Block[]): number {
  let end = at + 1;
  while (end < lines.length && !(lines[end]!.trim().startsWith(mark) && lines[end]!.trim().replaceAll(mark[0]!, '') === '')) end++;
  blocks.push({ type: 'code', language, text: lines.slice(at + 1, end).join('\n') });
  return end + 1;
}

function list(lines: string[], at: number, blocks: Block[], depth: number): number {
  const first = item.exec(lines[at]!)!;
  const isOrdered = /\d/.test(first[2]!);
  const items: ListItem[] = [];
  while (at < lines.length) {
    const mark = item.exec(lines[at]!);
    if (!mark || /\d/.test(mark[2]!) !== isOrdered || isRule(lines[at]!)) break;
    const indent = mark[1]!.length + mark[2]!.length + 1;
    const own = [lines[at]!.slice(mark[0].length)];
    for (at++; at < lines.length; at++) {
      const next = lines[at]!;
      const isInside = /^\s*$/.test(next) ? /^ {2,}\S/.test(lines[at + 1] ?? '') : new RegExp(`^ {${Math.min(indent, 2)},}`).test(next);
      const isLazy = !isInside && next.trim() !== '' && own.at(-1)!.trim() !== '' && !item.test(next) && !/^ {0,3}(#|>|`{3}|~{3})/.test(next) && !isRule(next);
      if (!isInside && !isLazy) break;
      own.push(isLazy ? next : next.slice(Math.min(indent, next.length - next.trimStart().length)));
    }
    items.push({ checked: mark[3] === undefined ? null : mark[3] !== ' ', blocks: parseMarkdown(own.join('\n'), depth + 1) });
    if (lines[at]?.trim() === '' && item.test(lines[at + 1] ?? '')) at++;
  }
  blocks.push({ type: 'list', isOrdered, start: isOrdered ? parseInt(first[2]!, 10) : 1, items });
  return at;
}

function table(lines: string[], at: number, blocks: Block[]): number {
  const cells = (row: string) => row.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  const head = cells(lines[at]!);
  const align = cells(lines[at + 1]!).map((cell) => (cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'right') : 'left'));
  let end = at + 2;
  while (end < lines.length && lines[end]!.includes('|') && lines[end]!.trim() !== '') end++;
  const rows = lines.slice(at + 2, end).map((row) => cells(row).map((cell) => parseInline(cell)));
  blocks.push({ type: 'table', head: head.map((cell) => parseInline(cell)), rows, align });
  return end;
}

function paragraph(lines: string[], at: number, blocks: Block[]): number {
  let end = at + 1;
  while (end < lines.length && lines[end]!.trim() !== '' && !/^ {0,3}(#{1,6} |>|`{3}|~{3})/.test(lines[end]!) && !item.test(lines[end]!) && !isRule(lines[end]!)) end++;
  blocks.push({ type: 'paragraph', children: parseInline(lines.slice(at, end).map((line) => line.replace(/^ +/, '')).join('\n')) });
  return end;
}

const safe = /^(?:https?:\/\/|mailto:)[^\s<>"]+$/i;
const marks = /\\([\\`*_{}[\]()#+\-.!~|>])|(`{1,3})(?!`)([^`]|[^`][\s\S]{0,1000}?[^`])\2(?!`)|!?\[((?:[^[\]\\]|\\.){0,1000})\]\(\s*([^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500})?)(?:\s+"[^"]{0,500}")?\s*\)|<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>|(\*\*|__)(?=\S)([\s\S]{0,1000}?\S)\7(?![*_])|(~~)(?=\S)([\s\S]{0,1000}?\S)~~|(?<![\w*])\*(?=[^\s*])([^*\n]{0,1000}?[^\s*])\*(?!\*)|(?<!\w)_(?=\S)([^_\n]{0,1000}?\S)_(?!\w)|\bhttps?:\/\/[^\s<>"')\]]{1,2000}|( {2,}|\\)?\n/g;

/** Reads what stands within lines. Links lead to web pages and addresses of mail alone; pictures are links. */
export function parseInline(text: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  const say = (more: string) => {
    const last = parts.at(-1);
    if (last?.type === 'text') last.text += more;
    else if (more) parts.push({ type: 'text', text: more });
  };
  const inner = (part: string): Inline[] => (depth < deepest ? parseInline(part, depth + 1) : [{ type: 'text', text: part }]);
  for (const match of text.matchAll(marks)) {
    if (match.index < end) continue;
    say(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [whole, escaped, , span, label, target, address, , strong, , struck, emphasis, underlined, hard] = match;
    if (escaped !== undefined) say(escaped);
    else if (span !== undefined) parts.push({ type: 'code', text: /^ .* $/s.test(span) ? span.slice(1, -1) : span });
    else if (label !== undefined) {
      if (safe.test(target!)) parts.push({ type: 'link', href: target!, children: inner(label || target!) });
      else say(whole);
    } else if (address !== undefined) parts.push({ type: 'link', href: address, children: [{ type: 'text', text: address }] });
    else if (strong !== undefined) parts.push({ type: 'strong', children: inner(strong) });
    else if (struck !== undefined) parts.push({ type: 'strike', children: inner(struck) });
    else if (emphasis !== undefined || underlined !== undefined) parts.push({ type: 'emphasis', children: inner((emphasis ?? underlined)!) });
    else if (whole.endsWith('\n')) {
      if (hard === undefined) say('\n');
      else parts.push({ type: 'break' });
    } else {
      const href = whole.replace(/[.,;:!?]+$/, '');
      end -= whole.length - href.length;
      parts.push({ type: 'link', href, children: [{ type: 'text', text: href }] });
    }
  }
  say(text.slice(end));
  return parts;
}

/** Parses a text that grows: blocks that are as they were keep their identity, so that they are not drawn anew. */
export class GrowingMarkdown {
  #known = new Map<string, Block>();

  parse(text: string): Block[] {
    const next = new Map<string, Block>();
    const blocks = parseMarkdown(text).map((parsed) => {
      const key = JSON.stringify(parsed);
      const kept = next.get(key) ?? this.#known.get(key) ?? parsed;
      next.set(key, kept);
      return kept;
    });
    this.#known = next;
    return blocks;
  }
}
