import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffWords } from '../../src/features/compare/textDiff.js';

describe('differences of texts', () => {
  test('both texts can be read from the parts', () =>
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', 'ü', '\n') }), fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', 'ü', '\n') }), (left, right) => {
      const parts = diffWords(left, right);
      const without = (kind: string) => parts.filter((part) => part.kind !== kind).map((part) => part.text).join('');
      expect(without('right')).toBe(left);
      expect(without('left')).toBe(right);
    })));

  test('what stands in both is said once', () =>
    expect(diffWords('Write a long post.', 'Write a short post!')).toEqual([
      { kind: 'same', text: 'Write a ' }, { kind: 'left', text: 'long' }, { kind: 'right', text: 'short' }, { kind: 'same', text: ' post' }, { kind: 'left', text: '.' }, { kind: 'right', text: '!' },
    ]));

  test('texts too large to compare are shown one after the other', () => {
    const [a, b] = ['a ', 'b '].map((word) => word.repeat(5000));
    expect(diffWords(a!, b!).map((part) => part.kind)[0]).toBe('left');
  });
});
