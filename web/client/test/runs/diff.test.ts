import { expect, test } from 'vitest';
import { changesOf } from '../../src/runs/diff.js';
import type { PlaybookRunView, StepRunView } from '../../src/runs/index.js';

const stepOf = (key: string, more: Partial<StepRunView> = {}): StepRunView => ({
  key, state: 'running', status: 'RUNNING', attempt: 1, maxAttempts: 2, output: null, error: null, logs: [], startedAt: 't0', completedAt: null, ...more,
});

const viewOf = (steps: StepRunView[], more: Partial<PlaybookRunView> = {}): PlaybookRunView => ({
  id: 'r', state: 'running', status: 'RUNNING', error: null, completedAt: null, updatedAt: 't1', steps,
  progress: { total: 4, completed: 1, failed: 1, running: 1, pending: 1 }, ...more,
});

const short = (before: PlaybookRunView | null, now: PlaybookRunView) => changesOf(before, now).map((e) => [e.type, e.stepKey, e.payload]);

test('Changes tell where a run stands when nothing was known, without lines that were read already', () => {
  expect(short(null, viewOf([stepOf('a', { logs: ['old'] }), stepOf('b', { state: 'queued', startedAt: null })]))).toEqual([
    ['step.updated', 'a', { status: 'RUNNING', startedAt: 't0' }],
    ['run.updated', null, { status: 'RUNNING', currentStepKey: 'a', progress: 50 }],
  ]);
});

test('Changes are none when nothing has changed', () => {
  expect(changesOf(viewOf([stepOf('a', { logs: ['x'] })]), viewOf([stepOf('a', { logs: ['x'] })]))).toEqual([]);
});

test('Changes tell new lines, ends of steps and the end of the run', () => {
  const error = { code: 'exit_code', message: 'It failed.' };
  const before = viewOf([stepOf('a', { logs: ['1'] }), stepOf('b')]);
  const now = viewOf([
    stepOf('a', { state: 'success', output: 5, completedAt: 't2', logs: ['1', '2', '3'] }), stepOf('b', { state: 'failed', error, completedAt: 't2', attempt: 2 }),
  ], { state: 'failed', status: 'FAILED', error, completedAt: 't3' });
  expect(short(before, now)).toEqual([
    ['step.log.appended', 'a', { logEntry: { level: 'info', message: '2', timestamp: 't1' } }],
    ['step.log.appended', 'a', { logEntry: { level: 'info', message: '3', timestamp: 't1' } }],
    ['step.completed', 'a', { status: 'SUCCESS', completedAt: 't2', result: 5 }],
    ['step.failed', 'b', { status: 'FAILED', error, failedAt: 't2', attempt: 2, willRetry: false }],
    ['run.failed', null, { status: 'FAILED', error, failedAt: 't3' }],
  ]);
  expect(short(now, { ...now, state: 'success', status: 'SUCCEEDED', completedAt: 't4' })).toEqual([
    ['run.completed', null, { status: 'COMPLETED', completedAt: 't4', totalSteps: 4, successfulSteps: 1 }],
  ]);
});

test('Changes tell a cancelled run by its status, as the stream does', () => {
  expect(short(viewOf([]), viewOf([], { state: 'canceled', status: 'CANCELLED' }))).toEqual([['run.updated', null, expect.objectContaining({ status: 'CANCELLED' })]]);
});

test('Changes tell each new line once when a step keeps only its newest', () => {
  const before = viewOf([stepOf('a', { logs: ['1', '2', '3'] })]);
  expect(short(before, viewOf([stepOf('a', { logs: ['3', '4', '5'] })])).slice(0, -1).map(([, , p]) => (p as { logEntry: { message: string } }).logEntry.message)).toEqual(['4', '5']);
  expect(short(before, viewOf([stepOf('a', { logs: ['7', '8', '9'] })])).slice(0, -1)).toHaveLength(3);
});
