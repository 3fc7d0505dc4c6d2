import { expect, test } from 'vitest';
import { searchPipelines, successOf } from '../../src/features/pipelines/pipelines.js';
import type { PipelineSummary } from '../../src/features/pipelines/pipelines.js';

test('Pipelines are listed by the names that are shown', () => {
  const listed = [['a', 'Zebra'], ['b', 'apple 10'], ['d', 'Same'], ['c', 'Same'], ['e', 'Apple 9']].map(([id, name]) => ({ id, name }) as PipelineSummary);
  expect(searchPipelines(listed, '').map(({ id }) => id)).toEqual(['e', 'b', 'c', 'd', 'a']);
  expect(searchPipelines(listed, 'APPLE').map(({ id }) => id)).toEqual(['e', 'b']);
  expect(listed[0]?.id).toBe('a');
});

test('Rate of success counts what ended by itself, and says of how many', () => {
  const recent = (...states: string[]) => states.map((status, at) => ({ id: String(at), status, startTime: 0, duration: 1 }));
  expect(successOf(recent('completed', 'cancelled'))).toEqual({ rate: 1, of: 1 });
  expect(successOf(recent('completed', 'failed', 'completed', 'failed'))).toEqual({ rate: 0.5, of: 4 });
  expect(successOf(recent('cancelled'))).toBeNull();
});
