import { expect, test } from 'vitest';
import { doneOf, shareDone, waitText } from '../../../src/shared/executions/executions.js';

test.each([
  [{}, null],
  [{ waitingFor: 'approval' as const, waitingStageName: 'Publish' }, 'Waiting for approval · Publish'],
  [{ waitingFor: 'breakpoint' as const, waitingStageName: 'Publish' }, 'At a breakpoint · Publish'],
  [{ waitingFor: 'approval' as const }, 'Waiting for approval'],
])('Row_says_who_is_waited_for: %o', (row, text) => expect(waitText(row)).toBe(text));

// The same table holds for the command line: StageCountsTests.
test.each([
  ['running', 5, 2, 0, 1, 3, 0.6],
  ['running', 5, 2, 1, 0, 3, 0.6],
  ['paused', 4, 1, 0, 1, 2, 0.5],
  ['completed', 5, 4, 0, 1, 5, 1],
  ['completed', 5, 4, 1, 0, 5, 1],
  ['failed', 3, 1, 1, 1, 1, 1 / 3],
  ['failed', 3, 3, 0, 0, 3, 0.99],
  ['cancelled', 3, 1, 0, 2, 1, 1 / 3],
  ['cancelled', 4, 0, 0, 4, 0, 0],
] as const)('Of an execution that is %s, of %i stages %i completed, %i failed and %i skipped, %i are done', (status, total, completed, failed, skipped, done, share) => {
  const one = { status, totalStages: total, progress: { total, completed, failed, skipped, running: 0, pending: 0 } };
  expect([doneOf(one), shareDone(one)]).toEqual([done, share]);
});

test('Nothing is known of what is done before the plan is', () =>
  expect(shareDone({ status: 'queued', totalStages: 0, progress: { total: 0, completed: 0, failed: 0, running: 0, pending: 0, skipped: 0 } })).toBeNull());
