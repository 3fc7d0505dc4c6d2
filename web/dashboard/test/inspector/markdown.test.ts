import { describe, expect, it } from 'vitest';
import { GrowingMarkdown, parseInline, parseMarkdown } from '../../src/features/inspector/markdown.js';
import type { Block, Inline } from '../../src/features/inspector/markdown.js';

const text = (value: string): Inline => ({ type: 'text', text: value });
const linksOf = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(linksOf);
  if (value === null || typeof value !== 'object') return [];
  const own = (value as { type?: string; href?: string }).type === 'link' ? [(value as { href: string }).href] : [];
  return [...own, ...Object.values(value).flatMap(linksOf)];
};
const textsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textsOf).join('');
  if (value === null || typeof value !== 'object') return '';
  return Object.entries(value).filter(([key]) => !['type', 'href', 'align', 'language'].includes(key)).map(([, inner]) => textsOf(inner)).join('');
};

describe('Markdown', () => {
  it('has headings, paragraphs, rules and quotes', () => {
    expect(parseMarkdown('# One\n\ntwo\nlines\n\n---\n> said\n> ## more')).toEqual([
      { type: 'heading', level: 1, children: [text('One')] },
      { type: 'paragraph', children: [text('two\nlines')] },
      { type: 'rule' },
      { type: 'quote', blocks: [{ type: 'paragraph', children: [text('said')] }, { type: 'heading', level: 2, children: [text('more')] }] },
    ]);
  });

  it('has code as it stands, also while its end has not come', () => {
    expect(parseMarkdown('```ts\nconst a = *1*;\n\n# no heading\n```\nafter')).toEqual([{ type: 'code', language: 'ts', text: 'const a = *1*;\n\n# no heading' }, { type: 'paragraph', children: [text('after')] }]);
    expect(parseMarkdown('```\nhalf')).toEqual([{ type: 'code', language: '', text: 'half' }]);
  });

  it('has lists within lists, numbers and tasks', () => {
    const [list] = parseMarkdown('3. first\n4. second\n   - inner\n   - [x] done\n\n5. third') as [Extract<Block, { type: 'list' }>];
    expect([list.isOrdered, list.start, list.items.length]).toEqual([true, 3, 3]);
    expect(list.items[1]!.blocks[1]).toMatchObject({ type: 'list', isOrdered: false, items: [{ checked: null }, { checked: true }] });
    expect(parseMarkdown('- a\ngoes on\n\nafter').map((block) => block.type)).toEqual(['list', 'paragraph']);
  });

  it('has tables', () => {
    expect(parseMarkdown('| a | b |\n|:--|--:|\n| 1 | `x\\|y` |\n\nend')[0]).toEqual({
      type: 'table', align: ['left', 'right'], head: [[text('a')], [text('b')]], rows: [[[text('1')], [{ type: 'code', text: 'x|y' }]]],
    });
  });

  it('has strong words, code, links and breaks within lines', () => {
    expect(parseInline('a **b *c*** `d**` ~~e~~ \\*f\\* [g](https://x.example/h "t")  \nsnake_case_name 2*3*4')).toEqual([
      text('a '), { type: 'strong', children: [text('b '), { type: 'emphasis', children: [text('c')] }] }, text(' '), { type: 'code', text: 'd**' }, text(' '),
      { type: 'strike', children: [text('e')] }, text(' *f* '), { type: 'link', href: 'https://x.example/h', children: [text('g')] }, { type: 'break' }, text('snake_case_name 2*3*4'),
    ]);
    expect(linksOf(parseInline('see https://x.example/a(b), or <mailto:a@b.example>.'))).toEqual(['https://x.example/a(b', 'mailto:a@b.example']);
  });

  it('leads nowhere but to web pages and mail', () => {
    const hostile = '[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) ![d](https://track.example/p.png) [e](//evil.example) [f](/api/x) <script>alert(1)</script> [g](vbscript:x) <javascript:x> [h](https://ok.example" onclick="x)';
    expect(linksOf(parseMarkdown(hostile))).toEqual(['https://track.example/p.png', 'https://ok.example']);
    expect(textsOf(parseMarkdown(hostile))).toContain('<script>alert(1)</script>');
  });

  it('loses no word of any text, and is read in time that is bounded', () => {
    let seed = 3;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    const pieces = ['*', '**', '_', '`', '```', '\n', '\n\n', '# ', '- ', '1. ', '> ', '|', '|--|', '[', '](', ')', 'https://x.example', ' ', 'word', '~~', '\\', '<', '>', '!', '   '];
    for (let round = 0; round < 2000; round++) {
      const source = Array.from({ length: 1 + random(40) }, (_, i) => (random(3) === 0 ? `w${i}w` : pieces[random(pieces.length)]!)).join('');
      const blocks = parseMarkdown(source);
      const shown = textsOf(blocks) + linksOf(blocks).join('') + JSON.stringify(blocks);
      for (const word of source.match(/w\d+w/g) ?? []) expect(shown, source).toContain(word);
    }
    const began = performance.now();
    for (const piece of ['*', '**a', '`', '[', '[a](', '> ', '- ', '_a ', '~~', '|', '<https://', '\\', '**a**', '1. \n   ']) parseMarkdown(piece.repeat(20_000));
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('that grows keeps what has not changed', () => {
    const growing = new GrowingMarkdown();
    const before = growing.parse('# a\n\nb\n\nc');
    const after = growing.parse('# a\n\nb\n\nc d');
    expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, true, false]);
  });
});
