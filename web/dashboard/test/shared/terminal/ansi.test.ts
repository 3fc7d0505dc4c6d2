import { describe, expect, it } from 'vitest';
import { markFound, parseAnsi, plainText } from '../../../src/shared/terminal/ansi.js';

const looks = (text: string) => parseAnsi(text).map(({ text: shown, style }) => [shown, style && Object.fromEntries(Object.entries(style).filter(([, value]) => value !== null && value !== false))]);

describe('ANSI colours', () => {
  it('become styles when a sequence sets them and end when one ends them', () => {
    expect(looks('a\x1b[1;31mred\x1b[0m b\x1b[94mblue\x1b[39m c')).toEqual([['a', null], ['red', { bold: true, fg: 1 }], [' b', null], ['blue', { fg: 12 }], [' c', null]]);
    expect(looks('\x1b[m\x1b[4;9mx\x1b[24;29my')).toEqual([['x', { underline: true, strike: true }], ['y', null]]);
  });

  it('are taken from the 256 and from all', () => {
    expect(looks('\x1b[38;5;196mx\x1b[48;5;232my\x1b[38;2;1;2;300mz')).toEqual([['x', { fg: '#ff0000' }], ['y', { fg: '#ff0000', bg: '#080808' }], ['z', { fg: '#0102ff', bg: '#080808' }]]);
    expect(looks('\x1b[38:2::10:20:30mx\x1b[38:5:9my')).toEqual([['x', { fg: '#0a141e' }], ['y', { fg: 9 }]]);
    expect(looks('\x1b[38;5;9;1mx')).toEqual([['x', { fg: 9, bold: true }]]);
  });

  it('are left as they were by codes that are no colours', () => {
    expect(looks('\x1b[31mx\x1b[38;5;999my\x1b[>4mz\x1b[38m!')).toEqual([['x', { fg: 1 }], ['y', null], ['z', null], ['!', null]]);
  });
});

describe('Other sequences', () => {
  it.each([
    ['cursor and screen', 'a\x1b[2J\x1b[1;1Hb\x1b[?25lc\x1b[Kd', 'abcd'],
    ['titles and links', 'a\x1b]0;title\x07b\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\c', 'ablinkc'],
    ['strings to the terminal', 'a\x1bPq#0;2\x1b\\b\x9b31mc\x9dx\x9cd', 'abcd'],
    ['character sets and resets', 'a\x1b(Bb\x1bcc\x1b7d', 'abcd'],
  ])('are left out: %s', (_, text, expected) => expect(plainText(parseAnsi(text))).toBe(expected));

  it('do not take the rest of a line when they are broken', () => {
    expect(plainText(parseAnsi('a\x1b]0;no end and more text'))).toContain('more text');
    expect(plainText(parseAnsi('end\x1b['))).toContain('end');
  });
});

describe('Characters that show nothing', () => {
  it('are shown as marks', () => {
    const spans = parseAnsi('a\0b\x07\u202egnirts\u2066\ufeff\u200b\ud800 \u2028\ufffd');
    expect(spans.filter((span) => span.isMark).map((span) => span.text)).toEqual(['␀', '␇‹U+202E›', '‹U+2066›‹U+FEFF›‹U+200B›‹U+D800›', '‹U+2028›\ufffd']);
    expect(plainText(spans)).not.toMatch(/[\0\x07\u202e\u2066\ud800\u2028]/);
  });

  it('do not break pairs and families apart', () => {
    expect(parseAnsi('👩‍👩‍👧 é 漢\tx')).toEqual([{ text: '👩‍👩‍👧 é 漢\tx', isMark: false, style: null }]);
  });

  it('leave nothing hidden in any text', () => {
    const seeded = (seed: number) => () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    const random = seeded(7);
    const alphabet = ['\x1b', '[', ']', '3', '1', 'm', ';', '\x07', '\\', '\x9b', 'P', 'x', '\0', '\u202e', '\r', '\ud83d', '\ude00', '8', ':', '?', '\x9c', ' '];
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: 1 + Math.floor(random() * 30) }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
      const shown = plainText(parseAnsi(text));
      expect(shown).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f\u202e]/);
      expect(shown.isWellFormed()).toBe(true);
    }
  });

  it('are read in time that grows with the text alone', () => {
    const began = performance.now();
    for (const text of ['\x1b]'.repeat(50_000), '\x1b[38;5;'.repeat(20_000), '\x1b[' + '1;'.repeat(100_000), '\0'.repeat(200_000)]) parseAnsi(text);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('What is searched for', () => {
  it('is marked in any letters, over the borders of colours too', () => {
    const marked = markFound(parseAnsi('an Er\x1b[31mror\x1b[0m and ERROR'), 'error');
    expect(marked.filter((span) => span.isFound).map((span) => span.text)).toEqual(['Er', 'ror', 'ERROR']);
    expect(plainText(marked)).toBe('an Error and ERROR');
    expect(markFound(parseAnsi('aaa'), 'a').map((span) => span.text).join('')).toBe('aaa');
    expect(markFound(parseAnsi('x'), 'y')).toEqual(parseAnsi('x'));
  });
});
