import type { StageState } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { stageThatMatters } from '../../src/features/execution/matters.js';
import { execution, stage } from './some.js';

const ended = (key: string, endTime: number, status: StageState['status'] = 'completed') => stage(key, { status, attempt: 1, startTime: 1, endTime });
const runs = (key: string) => stage(key, { status: 'running', attempt: 1, startTime: 1 });

describe('stageThatMatters', () => {
  test.each<[string, StageState[], string | null, string | null]>([
    ['nothing before any has started', [stage('a'), stage('b', { status: 'waiting' })], null, null],
    ['what runs', [ended('a', 5), runs('b'), runs('c')], null, 'b'],
    ['what runs rather than what failed', [ended('a', 5, 'failed'), runs('b')], 'a', 'b'],
    ['what failed rather than what completed', [ended('a', 5, 'failed'), ended('b', 9)], 'b', 'a'],
    ['what ended last', [ended('a', 5), ended('b', 9), ended('c', 7), stage('d')], null, 'b'],
    ['what was shown, as long as it runs', [runs('b'), runs('c')], 'c', 'c'],
    ['what was shown, between two attempts', [runs('b'), stage('c', { status: 'waiting', waitingFor: 'retry', attempt: 1, startTime: 3 })], 'c', 'c'],
    ['what was shown, where nothing runs or failed', [ended('a', 5), ended('b', 9), ended('c', 7)], 'a', 'a'],
    ['no stage that was skipped', [ended('a', 5), stage('b', { status: 'skipped', endTime: 9 })], null, 'a'],
  ])('gives %s', (_, stages, before, key) => expect(stageThatMatters(execution(stages), before)).toBe(key));

  test('gives the failure that ended the execution', () => {
    expect(stageThatMatters(execution([ended('a', 5, 'failed'), ended('b', 6, 'failed')], { failedStage: 'b' }), null)).toBe('b');
    expect(stageThatMatters(execution([ended('a', 5, 'failed'), ended('b', 6, 'failed')], { failedStage: 'a' }), null)).toBe('a');
  });
});
