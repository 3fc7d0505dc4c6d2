import { describe, expect, test } from 'vitest';
import { scrollTo, windowOf } from '../../src/features/execution/window.js';

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
