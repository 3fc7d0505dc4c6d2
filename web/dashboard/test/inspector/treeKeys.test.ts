import { describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/features/inspector/jsonRows.js';
import { treeMove } from '../../src/features/inspector/treeKeys.js';

// '' > a > a.b (closed) ; '' > c
const rows = rowsOf({ a: { b: { deep: 1 } }, c: 2 }, new Set());

describe('Keys of a tree', () => {
  test.each([
    ['ArrowDown', null, { to: 'a' }], ['ArrowDown', 'a', { to: 'a.b' }], ['ArrowDown', 'c', { to: 'c' }], ['ArrowUp', 'c', { to: 'a.b' }], ['ArrowUp', '', { to: '' }],
    ['Home', 'c', { to: '' }], ['End', '', { to: 'c' }], ['Enter', 'a.b', { toggle: 'a.b' }], [' ', 'a', { toggle: 'a' }], ['Enter', 'c', null],
    ['ArrowRight', 'a.b', { toggle: 'a.b' }], ['ArrowRight', 'a', { to: 'a.b' }], ['ArrowRight', 'c', null],
    ['ArrowLeft', 'a', { toggle: 'a' }], ['ArrowLeft', 'a.b', { to: 'a' }], ['ArrowLeft', 'c', { to: '' }], ['x', 'a', null], ['ArrowDown', 'gone', { to: 'a' }],
  ])('%s at %o gives %o', (key, current, move) => expect(treeMove(rows, current, key)).toEqual(move));

  test('leave the parent of a closed root alone', () => expect(treeMove(rowsOf({ a: 1 }, new Set([''])), '', 'ArrowLeft')).toBeNull());
});
