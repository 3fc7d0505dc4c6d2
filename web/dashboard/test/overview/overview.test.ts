import { describe, expect, test } from 'vitest';
import { startableOf } from '../../src/features/overview/overview.js';

describe('overview', () => {
  test('guide offers what can be run, first what has a model', () => {
    const pipelines = [['a', true, ''], ['broken', false, 'openai'], ['b', true, 'openai'], ['c', true, ''], ['d', true, '']]
      .map(([id, valid, defaultProvider]) => ({ id, valid, defaultProvider })) as never[];
    expect(startableOf(pipelines).map((one) => one.id)).toEqual(['b', 'a', 'c']);
  });
});
