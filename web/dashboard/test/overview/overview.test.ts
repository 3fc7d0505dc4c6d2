import { describe, expect, test } from 'vitest';
import { percent, startableOf } from '../../src/features/overview/overview.js';

describe('overview', () => {
  test.each([[null, '–'], [1, '100 %'], [0.9999, '99 %'], [0.5, '50 %'], [0, '0 %']])('share %s is %s', (share, text) => expect(percent(share)).toBe(text));

  test('guide offers what can be run, first what has a model', () => {
    const pipelines = [['a', true, ''], ['broken', false, 'openai'], ['b', true, 'openai'], ['c', true, ''], ['d', true, '']]
      .map(([id, valid, defaultProvider]) => ({ id, valid, defaultProvider })) as never[];
    expect(startableOf(pipelines).map((one) => one.id)).toEqual(['b', 'a', 'c']);
  });
});
