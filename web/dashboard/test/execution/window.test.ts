import { describe, expect, test } from 'vitest';
import { rescaled, scrollTo, windowOf } from '../../src/features/execution/window.js';

describe('windowOf', () => {
  test('holds what is seen and little more, however long the list is', () => {
    expect(windowOf(10_000, 52, 52 * 500, 520)).toEqual({ from: 492, to: 518 });
    expect(windowOf(3, 52, 0, 520)).toEqual({ from: 0, to: 3 });
    expect(windowOf(3, 52, 5200, 520)).toEqual({ from: 2, to: 3 });
    expect(windowOf(0, 52, 0, 520)).toEqual({ from: 0, to: 0 });
  });
  test('scrolls to a line that is not seen, and leaves one that is', () => {
    expect(scrollTo(100, 50, 0, 500)).toBe(100 * 50 + 100 - 500);
    expect(scrollTo(2, 50, 1000, 500)).toBe(50);
    expect(scrollTo(24, 50, 1000, 500)).toBe(1000);
    expect(scrollTo(0, 50, 1000, 500)).toBe(0);
  });
});

describe('rescaled', () => {
  test.each([
    ['keeps the chosen line where it is seen', 110, 50, 72, 5000, 600, 110 * 72 - 500],
    ['keeps the first line in sight where the chosen one is below', 200, 50, 75, 5000, 600, 7500],
    ['keeps it where the chosen one is above', 10, 72, 52, 7200, 600, 5200],
    ['keeps it where none is chosen', -1, 50, 75, 5000, 600, 7500],
    ['stays at the top', 2, 72, 52, 0, 600, 0],
  ])('%s', (_, line, before, after, top, height, to) => {
    expect(rescaled(line, before, after, top, height)).toBe(to);
  });
});
