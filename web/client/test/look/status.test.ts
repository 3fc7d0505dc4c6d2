import { expect, test } from 'vitest';
import { durationText, lookOf, wordOf } from '../../src/look/index.js';

test.each([[0, '0:00'], [999, '0:00'], [59_999, '0:59'], [60_000, '1:00'], [3_599_000, '59:59'], [3_723_000, '1:02:03'], [360_000_000, '100:00:00'], [-5, '0:00']])('Duration of %s ms is written as %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test('Status that nobody knows looks pending', () => {
  expect(lookOf('toString').kind).toBe('pending');
  expect(wordOf('')).toBe('');
});
