import { describe, expect, test } from 'vitest';
import { chooseRange, fitting, forEach } from '../../src/features/history/selection.js';

const items = ['running', 'completed', 'failed', 'cancelled', 'queued'].map((status) => ({ id: status, status })) as never[];
const ids = (chosen: readonly { id: string }[]) => chosen.map((item) => item.id);

describe('selection', () => {
  test('each action takes only what it can be asked for', () => {
    expect(ids(fitting('cancel', items))).toEqual(['running', 'queued']);
    expect(ids(fitting('retry', items))).toEqual(['failed', 'cancelled']);
    expect(ids(fitting('delete', items))).toEqual(['completed', 'failed', 'cancelled']);
  });

  test('refusal of one does not keep the others back, and few go at once', async () => {
    let now = 0;
    let most = 0;
    const outcomes = await forEach(['a', 'b', 'c', 'd', 'e', 'f'], async (id) => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      if (id === 'b') throw new Error('No.');
    }, 2);
    expect(outcomes.map((outcome) => outcome.problem)).toEqual([null, 'No.', null, null, null, null]);
    expect(most).toBe(2);
  });

  test('range goes either way and keeps what was chosen', () => {
    expect([...chooseRange(new Set(['e']), ['a', 'b', 'c', 'd', 'e'], 'c', 'a')].sort()).toEqual(['a', 'b', 'c', 'e']);
    expect([...chooseRange(new Set(['a']), ['a'], 'gone', 'a')]).toEqual(['a']);
  });
});
