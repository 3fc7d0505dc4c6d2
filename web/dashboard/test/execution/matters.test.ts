import type { StageState } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { failedOne, instanceThatMatters, stageThatMatters } from '../../src/features/execution/matters.js';
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

test('stageThatMatters gives what waits for its next try rather than what failed', () => {
  expect(stageThatMatters(execution([ended('a', 5, 'failed'), stage('b', { status: 'waiting', waitingFor: 'retry', attempt: 1, startTime: 3 })]), null)).toBe('b');
});

describe('instanceThatMatters', () => {
  const began = (key: string, startTime: number) => stage(key, { status: 'running', attempt: 1, startTime });
  test.each<[string, StageState[], string | null, string | null, string | null]>([
    ['nothing before any has started', [stage('e[0]')], null, null, null],
    ['the one that printed last', [began('e[0]', 1), began('e[1]', 2)], 'e[0]', null, 'e[0]'],
    ['what is shown as long as it runs, whoever prints', [began('e[0]', 1), began('e[1]', 2)], 'e[0]', 'e[1]', 'e[1]'],
    ['what is shown as long as it runs, whoever began last', [began('e[0]', 1), began('e[1]', 2)], null, 'e[0]', 'e[0]'],
    ['what is shown between two of its attempts', [stage('e[0]', { status: 'waiting', waitingFor: 'retry', attempt: 1, startTime: 1 }), began('e[1]', 2)], 'e[1]', 'e[0]', 'e[0]'],
    ['the one that printed last, where what was shown has ended', [ended('e[0]', 5), began('e[1]', 2), began('e[2]', 3)], 'e[1]', 'e[0]', 'e[1]'],
    ['the one that began last, where what printed has ended', [ended('e[0]', 5), began('e[1]', 2), began('e[2]', 3)], 'e[0]', 'e[0]', 'e[2]'],
    ['what was shown, where none runs', [ended('e[0]', 5), ended('e[1]', 9)], null, 'e[0]', 'e[0]'],
    ['what was shown, where others are to come', [ended('e[0]', 5, 'failed'), ended('e[1]', 9), stage('e[2]')], null, 'e[1]', 'e[1]'],
    ['the first that failed, once all have ended', [ended('e[0]', 5, 'failed'), ended('e[1]', 9)], null, 'e[1]', 'e[0]'],
    ['the first that failed', [ended('e[0]', 5), ended('e[1]', 6, 'failed'), ended('e[2]', 4, 'failed')], null, null, 'e[1]'],
    ['the one that ended last', [ended('e[0]', 5), ended('e[1]', 9), ended('e[2]', 4)], null, null, 'e[1]'],
  ])('gives %s', (_, instances, printed, before, key) => expect(instanceThatMatters(instances, printed, before)).toBe(key));
});

test('The words of a fan-out that failed are those of the first instance that did', () => {
  expect(failedOne(stage('e', { instances: [ended('e[0]', 5), ended('e[1]', 9, 'failed'), ended('e[2]', 6, 'failed')] }))).toBe('e[1]');
  expect(failedOne(stage('a'))).toBe('a');
});

test('stageThatMatters gives what ended last rather than what waits for an event', () => {
  expect(stageThatMatters(execution([ended('a', 5), stage('b', { status: 'waiting', waitingFor: 'event', attempt: 1, startTime: 6 })]), null)).toBe('a');
});
