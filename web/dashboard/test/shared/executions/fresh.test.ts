import { describe, expect, test } from 'vitest';
import type { ListedExecution } from '../../../src/shared/executions/executions.js';
import { refreshed, unseenOf, unsettled } from '../../../src/shared/executions/fresh.js';

const progress = { total: 2, completed: 0, failed: 0, running: 1, pending: 1, skipped: 0 };
const row = (id: string, status = 'running', more: Partial<ListedExecution> = {}) => ({ id, status, startTime: 1, cost: 0, totalStages: 2, progress, labels: {}, ...more }) as ListedExecution;

describe('a list that is kept true', () => {
  test('rows change where they are, and all others stay the same objects', () => {
    const shown = [row('a'), row('b'), row('c')];
    const after = refreshed(shown, [row('x'), row('b', 'completed', { endTime: 9, duration: 8 }), row('a')]);
    expect(after.map((one) => [one.id, one.status])).toEqual([['a', 'running'], ['b', 'completed'], ['c', 'running']]);
    expect(after[1]).toMatchObject({ endTime: 9, duration: 8 });
    expect(after[0]).toBe(shown[0]);
  });

  test('list is the same where nothing differs', () => {
    const shown = [row('a')];
    expect(refreshed(shown, [row('a'), row('b')])).toBe(shown);
  });

  test('what a list alone tells stays, and the end of one that was taken up again goes', () => {
    const shown = [{ ...row('a', 'failed', { endTime: 9, duration: 8, error: 'fell' }), finalOutput: 'text' }];
    const [after] = refreshed(shown, [row('a', 'running')]);
    expect(after).toMatchObject({ status: 'running', finalOutput: 'text' });
    expect([after?.endTime, after?.duration, after?.error]).toEqual([undefined, undefined, undefined]);
  });

  test('those that are under way no longer and those that may belong to it are read again', () => {
    const shown = [row('ended-unheard'), row('done', 'completed'), row('goes-on')];
    const live = [row('new', 'failed'), row('other', 'running'), row('goes-on')];
    expect(unsettled(shown, live, true, (one) => one.status === 'failed')).toBe('ended-unheard running,new failed');
    expect(unsettled(shown, live, false, null)).toBe('');
  });

  test('unseen ones are those that the list has not', () => {
    expect(unseenOf([row('a')], [row('b'), row('a')]).map((one) => one.id)).toEqual(['b']);
  });
});
