import { expect, test } from 'vitest';
import { itemBeginning } from '../../../src/shared/ui/menu.js';

const items = ['Cancel', 'Compare', 'Export'].map((label) => ({ label }));

test.each([['c', 0, 1], ['c', 1, 0], ['E', 0, 2], ['x', 1, 1]])('Menu_finds_the_next_item_when_%s_is_typed_at_%i', (letter, from, to) => {
  expect(itemBeginning(items, letter, from)).toBe(to);
});
