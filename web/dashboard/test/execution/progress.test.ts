import { expect, test } from 'vitest';
import { progressOf } from '../../src/features/execution/progress.js';
import { execution, stage } from './some.js';

test('Progress counts the items of what runs as parts of their stage', () => {
  const instances = [
    stage('e[0]', { status: 'completed', endTime: 5 }), stage('e[1]', { status: 'failed', endTime: 5 }), stage('e[2]', { status: 'running' }), stage('e[3]'),
  ];
  const progress = { total: 2, completed: 1, failed: 0, running: 1, pending: 0, skipped: 0 };
  const runs = execution([stage('a', { status: 'completed', endTime: 3 }), stage('e', { status: 'running', count: 4, instances })], { progress });
  expect(progressOf(runs)).toEqual({ share: 0.75, items: { total: 4, ended: 2, failed: 1, running: 1 } });
});

test('Progress counts a stage that has ended once, whatever its items did', () => {
  const ended = stage('e', { status: 'failed', endTime: 9, count: 1, instances: [stage('e[0]', { status: 'failed', endTime: 5 })] });
  expect(progressOf(execution([ended], { progress: { total: 1, completed: 0, failed: 1, running: 0, pending: 0, skipped: 0 } }))).toEqual({ share: 1, items: null });
});

test('Progress is unknown before the plan is', () => expect(progressOf(execution([])).share).toBeNull());
