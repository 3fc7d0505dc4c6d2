import { describe, expect, test } from 'vitest';
import { rowOf, stalledAfter } from '../../src/features/notices/notices.js';
import { Rounds } from '../../src/features/notices/rounds.js';
import type { ListedExecution } from '../../src/shared/executions/executions.js';
import { execution, stage } from '../execution/some.js';
import { readOptIns, toggled, wants } from '../../src/shared/notify/optIns.js';

const progress = { total: 2, completed: 1, failed: 0, running: 1, pending: 0, skipped: 0 };
const row = (id: string, more: Partial<ListedExecution> = {}) => ({ id, pipelineId: 'release', pipelineName: 'Release', status: 'running', startTime: 1, cost: 0, totalStages: 2, progress, labels: {}, ...more }) as ListedExecution;
const ended = (id: string, status: ListedExecution['status'], more: Partial<ListedExecution> = {}) => row(id, { status, endTime: 5, ...more });

function rounds(isWanted: (row: ListedExecution) => boolean = () => true) {
  const told: string[] = [];
  return { told, all: new Rounds(isWanted, (_, notice) => told.push([notice.title, notice.body].filter(Boolean).join(': '))) };
}

describe('what is told of the executions that somebody follows', () => {
  test.each([
    ['completed', ended('a', 'completed'), 'Release completed: 1 of 2 stages completed.'],
    ['failed', ended('a', 'failed', { error: 'build: it fell' }), 'Release failed: build: it fell'],
    ['cancelled', ended('a', 'cancelled'), 'Release was cancelled'],
    ['asks for an approval', row('a', { waitingFor: 'approval', waitingStage: 'ship', waitingStageName: 'Ship it' }), 'Release waits for an approval: Ship it'],
    ['stands at a breakpoint', row('a', { status: 'paused', waitingFor: 'breakpoint', waitingStage: 'ship' }), 'Release stopped at a breakpoint: ship'],
  ])('one that %s, once', (_, after, words) => {
    const { told, all } = rounds();
    all.take([row('a')]);
    all.take([after]);
    all.take([{ ...after }]);
    expect(told).toEqual([words]);
  });

  test('nothing of what was so before, of what nobody follows, and of a step that means nothing', () => {
    const { told, all } = rounds((one) => one.id !== 'other');
    all.take([ended('old', 'failed'), row('a', { waitingFor: 'approval', waitingStage: 'ship' }), row('other'), row('b')]);
    all.take([ended('old', 'failed'), row('a', { waitingFor: 'approval', waitingStage: 'ship' }), ended('other', 'failed'), row('b', { cost: 1 })]);
    expect(told).toEqual([]);
  });

  test('one that began and ended between two looks, and one that was taken up again', () => {
    const { told, all } = rounds();
    all.take([]);
    all.take([ended('a', 'failed')]);
    all.take([row('a')]);
    all.take([ended('a', 'completed')]);
    expect(told).toEqual(['Release failed', 'Release completed: 1 of 2 stages completed.']);
  });

  test('one whose end was missed is asked for, and told where it has ended', () => {
    const { told, all } = rounds((one) => one.id === 'a');
    all.take([row('a'), row('b'), ended('c', 'completed')]);
    const lost = all.take([]);
    expect(lost.map((one) => one.id)).toEqual(['a']);
    all.takeLost(lost[0]!, row('a'));
    all.takeLost(lost[0]!, ended('a', 'completed'));
    expect(told).toEqual(['Release completed: 1 of 2 stages completed.']);
  });

  test('one that no list has any more is kept, heard and asked for until it has ended or is gone', () => {
    const { told, all } = rounds();
    all.take([row('a'), row('b')]);
    all.take([row('new')]);
    all.takeLost(all.lost[0]!, row('a'));
    expect(all.lost.map((one) => one.id)).toEqual(['b', 'a']);
    expect(all.silent.map((one) => one.id)).toEqual(['new', 'b', 'a']);
    for (const at of [0, stalledAfter]) all.hear(row('a'), 7, at);
    all.takeLost(row('a'), ended('a', 'failed'));
    all.forget('b');
    expect(all.lost).toEqual([]);
    all.takeLost(null, row('old'));
    all.take([row('new'), ended('old', 'completed')]);
    expect(all.lost).toEqual([]);
    expect(told).toEqual(['Release says nothing: For 5 minutes no event has come; 1 stage runs.', 'Release failed', 'Release completed: 1 of 2 stages completed.']);
  });

  test('what somebody is needed for of one that no list has', () => {
    const { told, all } = rounds();
    const stages = [stage('build', { status: 'completed' }), stage('ship', { name: 'Ship it', status: 'blocked', approvals: [{ trigger: 0, by: [], message: null, deadline: null }] })];
    const asked = { ...row('a'), ...rowOf(execution(stages, { id: 'a', pipelineName: 'Release' })) };
    const stopped = { ...row('a'), ...rowOf(execution(stages, { id: 'a', pipelineName: 'Release', status: 'paused', debug: { breakpoints: [], stoppedAt: 'build' } })) };
    all.take([row('a')]);
    all.take([]);
    for (const now of [asked, asked, stopped]) all.takeLost(all.lost[0]!, now);
    expect(rowOf(execution(stages, { status: 'completed', endTime: 9 })).waitingFor).toBeUndefined();
    expect(told).toEqual(['Release waits for an approval: Ship it', 'Release stopped at a breakpoint: build']);
  });

  test('those that no list has are as many as can be asked for', () => {
    const { all } = rounds();
    all.take(Array.from({ length: 1000 }, (_, at) => row(`e${at}`)));
    all.take([]);
    expect(all.lost).toHaveLength(50);
    expect(all.silent).toHaveLength(50);
  });

  test('silence of one that runs, once until something comes again', () => {
    const { told, all } = rounds();
    all.take([row('a'), row('waits', { waitingFor: 'approval' }), row('queued', { status: 'queued' })]);
    expect(all.silent.map((one) => one.id)).toEqual(['a']);
    for (const [seq, at] of [[7, 0], [7, stalledAfter - 1], [8, stalledAfter], [8, 2 * stalledAfter], [8, 3 * stalledAfter]] as const) all.hear(row('a'), seq, at);
    expect(told).toEqual(['Release says nothing: For 5 minutes no event has come; 1 stage runs.']);
  });
});

test('notifications are asked for by execution or pipeline, and no list grows for ever', () => {
  let optIns = readOptIns('{"executions":["x",3],"pipelines":"no"}');
  expect(optIns).toEqual({ executions: ['x'], pipelines: [] });
  expect(readOptIns('nonsense')).toEqual({ executions: [], pipelines: [] });
  expect(wants(toggled(optIns, 'pipelines', 'release'), row('a'))).toBe(true);
  expect(wants(optIns, row('a'))).toBe(false);
  for (let i = 0; i < 300; i++) optIns = toggled(optIns, 'executions', `e${i}`);
  expect(optIns.executions).toHaveLength(200);
  expect(toggled(optIns, 'executions', 'e299').executions).not.toContain('e299');
});
