import { expect, it } from 'vitest';
import { lookOf, shownStatus, tallyOf, tallyText } from '../../src/shared/status.js';
import { someStage } from '../graph/some.js';

const instances = (...undos: (string | null)[]) => undos.map((undo, i) => someStage(`a[${i}]`, { status: 'completed', undo }));

it.each([
  ['running', 'Rolling back'], ['completed', 'Rolled back'], ['failed', 'Rollback failed'], [null, 'Completed'],
])('Completed_stage_whose_undo_is_%s_is_shown_as_%s', (undo, label) =>
  expect(lookOf(shownStatus(someStage('a', { status: 'completed', undo }))).label).toBe(label));

it.each([
  [['completed', 'running', null], 'Rolling back'], [['completed', 'failed'], 'Rollback failed'], [['completed', 'completed'], 'Rolled back'],
  [['completed', null], 'Partly rolled back'], [[null, null], 'Completed'], [[], 'Completed'],
])('Stage_whose_instances_are_%j_is_shown_as_%s', (undos, label) =>
  expect(lookOf(shownStatus(someStage('a', { status: 'completed', instances: instances(...undos) }))).label).toBe(label));

it('Instances_that_did_not_complete_say_nothing_of_a_rollback', () => {
  const stage = someStage('a', { status: 'completed', instances: [...instances('completed'), someStage('a[1]', { status: 'failed' })] });
  expect(lookOf(shownStatus(stage)).label).toBe('Rolled back');
  expect(shownStatus(someStage('a', { status: 'failed', instances: instances('completed') }))).toBe('failed');
});

it('No_two_states_look_alike', () => {
  const states = ['pending', 'queued', 'running', 'waiting', 'paused', 'blocked', 'breakpoint', 'completed', 'failed', 'skipped', 'cancelled', 'undo.running', 'undo.completed', 'undo.partly', 'undo.failed'];
  expect(new Set(states.map((state) => lookOf(state).label)).size).toBe(states.length);
  expect(states.map((state) => lookOf(state).icon)).not.toContain('?');
});

it('Tally_tells_first_what_needs_a_look', () => {
  const stages = (['completed', 'waiting', 'pending', 'running', 'failed', 'completed', 'queued'] as const).map((status, i) => someStage(`s${i}`, { status }));
  expect(tallyText(tallyOf([...stages, someStage('back', { status: 'completed', undo: 'completed' })]))).toBe('1 failed, 1 running, 1 waiting, 1 queued, 1 pending, 2 completed, 1 rolled back');
  expect(tallyOf([])).toEqual([]);
});

it('What_stands_at_a_breakpoint_waits_for_no_approval', () => {
  expect(lookOf(shownStatus(someStage('a', { status: 'blocked', waitingFor: 'breakpoint' }))).label).toBe('At a breakpoint');
  expect(lookOf(shownStatus(someStage('a', { status: 'blocked', waitingFor: 'approval' }))).label).toBe('Waiting for approval');
});
