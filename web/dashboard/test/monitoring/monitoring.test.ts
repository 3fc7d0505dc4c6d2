import { expect, test } from 'vitest';
import { monitored, most, readIds } from '../../src/features/monitoring/monitoring.js';

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
