import { describe, expect, test } from 'vitest';
import { changeBetween, lineEndOf } from '../../../src/features/pipelines/editor/changes.js';

const changed = (older: string, newer: string) => {
  const { from, to, insert } = changeBetween(older, newer);
  return older.slice(0, from) + insert + older.slice(to);
};

describe('changeBetween', () => {
  test.each([
    ['', ''], ['a', ''], ['', 'a'], ['abc', 'abc'], ['abc', 'axc'], ['aaa', 'aa'], ['aa', 'aaa'], ['abab', 'ab'], ['one\ntwo', 'one\n# more\ntwo'], ['a👍b', 'a👎b'], ['👍', '👍👍'], ['x🅰', 'x🆎'],
  ])('makes %j into %j', (older, newer) => expect(changed(older, newer)).toBe(newer));

  test('leaves alone what both have', () => expect(changeBetween('one\ntwo\nthree', 'one\n2\nthree')).toEqual({ from: 4, to: 7, insert: '2' }));

  test('parts no character of two halves', () => {
    expect(changeBetween('a👍b', 'a👎b')).toEqual({ from: 1, to: 3, insert: '👎' });
    expect(changeBetween('\ud83d\udc4d', '\ud83e\udc4d')).toEqual({ from: 0, to: 2, insert: '\ud83e\udc4d' });
  });
});

describe('lineEndOf', () => {
  test.each([['', '\n'], ['one line', '\n'], ['a\nb\n', '\n'], ['a\r\nb\r\n', '\r\n'], ['a\r\nb\nc\n', '\n'], ['a\r\nb\r\nc\n', '\r\n']])('%j has lines that end with %j', (text, end) => expect(lineEndOf(text)).toBe(end));
});
