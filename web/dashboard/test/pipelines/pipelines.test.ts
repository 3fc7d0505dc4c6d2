import { expect, test } from 'vitest';
import { searchPipelines } from '../../src/features/pipelines/pipelines.js';
import type { PipelineSummary } from '../../src/features/pipelines/pipelines.js';

test('Pipelines are listed by the names that are shown', () => {
  const listed = [['a', 'Zebra'], ['b', 'apple 10'], ['d', 'Same'], ['c', 'Same'], ['e', 'Apple 9']].map(([id, name]) => ({ id, name }) as PipelineSummary);
  expect(searchPipelines(listed, '').map(({ id }) => id)).toEqual(['e', 'b', 'c', 'd', 'a']);
  expect(searchPipelines(listed, 'APPLE').map(({ id }) => id)).toEqual(['e', 'b']);
  expect(listed[0]?.id).toBe('a');
});
