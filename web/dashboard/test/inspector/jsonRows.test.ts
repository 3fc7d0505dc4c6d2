import { describe, expect, it } from 'vitest';
import { findIn, reveal, rowsOf } from '../../src/features/inspector/jsonRows.js';

const value = { name: 'tides', 'odd name': [1, { deep: { er: 'needle' } }], empty: {}, none: null, yes: true, n: 0.5 };

describe('Rows of a tree', () => {
  it('show two levels at first, and what is opened', () => {
    const rows = rowsOf(value, new Set());
    expect(rows.map(({ path, text, depth }) => [path, text, depth])).toEqual([
      ['', '{6}', 0], ['name', '"tides"', 1], ['["odd name"]', '[2]', 1], ['["odd name"][0]', '1', 2], ['["odd name"][1]', '{1}', 2],
      ['empty', '{0}', 1], ['none', 'null', 1], ['yes', 'true', 1], ['n', '0.5', 1],
    ]);
    expect(rowsOf(value, new Set(['["odd name"][1]'])).map(({ path }) => path)).toContain('["odd name"][1].deep');
    expect(rowsOf(value, new Set([''])).length).toBe(1);
  });

  it('are found by name and value, and opened to be seen', () => {
    expect(findIn(value, 'NEEDLE')).toEqual(['["odd name"][1].deep.er']);
    expect(findIn(value, 'name')).toEqual(['name', '["odd name"]']);
    const opened = reveal(value, '["odd name"][1].deep.er', new Set(['']));
    expect(rowsOf(value, opened).map(({ path }) => path)).toContain('["odd name"][1].deep.er');
    expect(findIn(value, '')).toEqual([]);
  });

  it('bear any depth and size', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(rowsOf(deep, new Set()).length).toBe(3);
    expect(findIn(deep, 'end').length).toBe(1);
    const wide = Array.from({ length: 100_000 }, (_, i) => i);
    expect(rowsOf(wide, new Set()).length).toBe(100_001);
    expect(findIn(wide, '9').length).toBe(1000);
  });

  it('open every place that they have', () => {
    const nested = { a: [{ 'a.b': 1 }, { 'a.b': { '[0]': [2] } }], 'a[1]': { x: 3 } };
    const every = findIn(nested, '', 0).concat(rowsOf(nested, new Set(['a[0]', 'a[1]', 'a[1]["a.b"]', 'a[1]["a.b"]["[0]"]'])).map(({ path }) => path));
    expect(every).toContain('a[1]["a.b"]["[0]"][0]');
    for (const path of every) expect(rowsOf(nested, reveal(nested, path, new Set())).some((row) => row.path === path), path).toBe(true);
  });
});
