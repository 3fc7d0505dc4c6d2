import { describe, expect, test } from 'vitest';
import { attemptText, rollbackText, runsFor, waitText } from '../../src/features/execution/rowText.js';
import { stage } from './some.js';

describe('words of a row', () => {
  const facts = { maxAttempts: 3, personality: null };
  test.each([[1, 3, 'attempt 1/3'], [2, 3, 'attempt 2/3'], [5, 3, 'attempt 5, 3 a turn'], [2, 1, 'attempt 2'], [1, 1, ''], [0, 3, '']])('attempt %s of %s is "%s"', (attempt, maxAttempts, text) =>
    expect(attemptText(stage('a', { attempt }), { ...facts, maxAttempts })).toBe(text));
  test.each([[0, '0.0 s'], [-3, '0.0 s'], [999, '0.0 s'], [1999, '1.0 s'], [61_500, '1 min 01 s']])('say after %s ms that a stage runs for %s', (ms, text) => expect(runsFor(ms)).toBe(text));
  test('say what a stage waits for', () => {
    expect(waitText(stage('a'), [stage('b'), stage('c')], 0)).toBe('waiting for 2 stages');
    expect(waitText(stage('a'), [stage('b')], 0)).toBe('waiting for 1 stage');
    expect(waitText(stage('a', { status: 'waiting', waitingFor: 'retry', due: 4500 }), [], 500)).toBe('waiting for its next attempt, 4.0 s left');
    expect(waitText(stage('a', { status: 'running' }), [], 0)).toBeNull();
  });
  test('leave to the state that an approval is waited for', () => {
    expect(waitText(stage('a', { status: 'blocked', waitingFor: 'approval', due: 4500 }), [], 500)).toBe('4.0 s left');
    expect(waitText(stage('a', { status: 'blocked', waitingFor: 'approval' }), [], 500)).toBeNull();
  });

  test('say how a rollback ended', () => {
    const undone = (undo: string | null) => stage('a', { status: 'completed', undo });
    expect(rollbackText([undone(null), stage('b', { status: 'failed' })])).toBeNull();
    expect(rollbackText([undone('completed'), undone('completed')])).toBe('The rollback completed: 2 of 2 rolled back.');
    expect(rollbackText([undone('completed'), undone('failed')])).toBe('The rollback failed: 1 of 2 rolled back.');
    expect(rollbackText([undone('completed'), undone('running')])).toBe('The rollback runs: 1 of 2 rolled back.');
  });
});
