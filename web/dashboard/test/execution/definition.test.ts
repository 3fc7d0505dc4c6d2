import { expect, test } from 'vitest';
import { factsOf } from '../../src/features/execution/definition.js';

test('Facts are read off a definition, whatever it holds', () => {
  const facts = factsOf({
    defaults: { retry: { maxAttempts: 2 } }, personalities: { analyst: { name: 'Analytical Researcher' } },
    stages: [{ id: 'a', agent: { personality: 'analyst' } }, { id: 'b', retry: { maxAttempts: 4 }, agent: { personality: 'gone' } }, { id: 7 }, { id: 'c', retry: { maxAttempts: 'x' } }],
  });
  expect([...facts]).toEqual([
    ['a', { maxAttempts: 2, personality: 'Analytical Researcher' }], ['b', { maxAttempts: 4, personality: 'gone' }], ['c', { maxAttempts: 1, personality: null }],
  ]);
  for (const odd of [null, 'x', 3, [], { stages: {} }]) expect(factsOf(odd).size).toBe(0);
});
