import { expect, test } from 'vitest';
import { monitored, most, readIds, writeIds } from '../../src/features/monitoring/monitoring.js';

const rows = Array.from({ length: 30 }, (_, at) => ({ id: `e${at}` })) as never[];

test('all are monitored, as many as have room', () => {
  const { shown, left } = monitored(rows, []);
  expect(shown).toHaveLength(most);
  expect(left).toBe(30 - most);
});

test('address names which', () => {
  const ids = readIds(new URLSearchParams('ids=e3,e29,,gone'));
  expect(monitored(rows, ids).shown.map((one) => one.id)).toEqual(['e3', 'e29']);
});

test('address that is written is read back, names nobody twice and no more than there is room for', () => {
  const read = (search: string) => readIds(new URLSearchParams(search));
  expect(read(writeIds(['e3', 'a,b&c=d', 'e29']))).toEqual(['e3', 'a', 'b&c=d', 'e29']);
  expect(writeIds([])).toBe('');
  expect(read('ids=e1,e1,e2')).toEqual(['e1', 'e2']);
  expect(read(writeIds(Array.from({ length: 100 }, (_, at) => `e${at}`)))).toHaveLength(most);
});

test('those that the address names and nobody tells of are told', () => {
  expect(monitored(rows, ['e3', 'gone']).gone).toEqual(['gone']);
  expect(monitored(rows, []).gone).toEqual([]);
});
