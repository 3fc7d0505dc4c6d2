import { describe, expect, it } from 'vitest';
import { columnsOf, LineHeights } from '../../src/features/logs/heights.js';

describe('Heights of lines', () => {
  it('say of each line and row where they are, as adding them up does', () => {
    let seed = 5;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    const heights = new LineHeights();
    const rows = Array<number>(3000).fill(1);
    for (let i = 0; i < 800; i++) {
      const [index, count] = [random(3000), 1 + random(9)];
      expect(heights.set(index, count)).toBe(rows[index] !== count);
      rows[index] = count;
    }
    let before = 0;
    rows.forEach((count, index) => {
      expect([heights.before(index), heights.rowsOf(index)]).toEqual([before, count]);
      expect([heights.at(before), heights.at(before + count - 1)]).toEqual([index, index]);
      before += count;
    });
    expect(heights.before(3000)).toBe(before);
    expect(heights.at(before + 7)).toBe(3007);
    heights.clear();
    expect(heights.before(3000)).toBe(3000);
  });

  it('are reckoned from columns', () => {
    expect(['abc', 'a\tb', '漢字', '👩‍👩‍👧!', 'e\u0301', ''].map(columnsOf)).toEqual([3, 5, 4, 7, 1, 0]);
  });
});
