import { describe, expect, test } from 'vitest';
import { planOf } from '../../src/shared/executions/plan.js';
import { nextFailed, noFilter, rowsOf, waitsFor } from '../../src/features/execution/rows.js';
import { graph, stage } from './some.js';

const diamond = [stage('a', { status: 'completed' }), stage('b', { status: 'running', type: 'agent', name: 'Write' }), stage('c', { status: 'failed' }), stage('d')];
const plan = planOf(diamond, graph('a>b', 'a>c', 'b>d', 'c>d'));
const spread = [
  stage('list', { status: 'completed' }),
  stage('each', { status: 'failed', count: 3, instances: [stage('each[0]', { status: 'completed' }), stage('each[1]', { status: 'failed' }), stage('each[2]', { status: 'running' })] }),
];
const spreadPlan = planOf(spread, graph('list>each'));
const shown = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => `${row.key}${row.bracket ? `:${row.bracket}` : ''}`).join(' ');

describe('rowsOf', () => {
  test('ties stages side by side together', () => {
    expect(shown(rowsOf(diamond, plan, noFilter, new Set()))).toBe('a b:first c:last d');
  });

  test('ties nothing where a filter leaves one of a group', () => {
    expect(shown(rowsOf(diamond, plan, { ...noFilter, status: 'failed' }, new Set()))).toBe('c');
  });

  test.each([
    [{ text: 'WRI' }, 'b'], [{ text: ' d ' }, 'd'], [{ type: 'agent' }, 'b'], [{ status: 'open' }, 'b d'], [{ status: 'pending' }, 'd'],
    [{ status: 'completed' }, 'a'], [{ status: 'running', type: 'shell' }, ''], [{ status: 'skipped' }, ''],
  ] as const)('leaves what fits %o', (filter, keys) => {
    expect(shown(rowsOf(diamond, plan, { ...noFilter, ...filter }, new Set())).replace(/:\w+/g, '')).toBe(keys);
  });

  test('folds instances into one line, and shows them where it is unfolded', () => {
    expect(shown(rowsOf(spread, spreadPlan, noFilter, new Set()))).toBe('list each');
    expect(shown(rowsOf(spread, spreadPlan, noFilter, new Set(['each'])))).toBe('list each each[0] each[1] each[2]');
  });

  test('finds stages by what they said, if the rest of the filter fits', () => {
    expect(shown(rowsOf(diamond, plan, { ...noFilter, text: 'needle' }, new Set(), new Set(['a', 'c'])))).toBe('a c');
    expect(shown(rowsOf(diamond, plan, { ...noFilter, text: 'needle', status: 'failed' }, new Set(), new Set(['a', 'c'])))).toBe('c');
    expect(shown(rowsOf(spread, spreadPlan, { ...noFilter, text: 'needle' }, new Set(['each']), new Set(['each[2]'])))).toBe('each each[2]');
  });

  test('finds a stage by its instances where a filter asks', () => {
    expect(shown(rowsOf(spread, spreadPlan, { ...noFilter, status: 'running' }, new Set()))).toBe('each');
    expect(shown(rowsOf(spread, spreadPlan, { ...noFilter, text: '[1]' }, new Set(['each'])))).toBe('each each[1]');
  });
});

test('A stage waits for those parents that have not ended', () => {
  expect(waitsFor(3, diamond, plan).map(({ key }) => key)).toEqual(['b']);
});

describe('nextFailed', () => {
  test('goes through what failed and begins again', () => {
    expect(nextFailed(diamond, plan, null)).toBe('c');
    expect(nextFailed(diamond, plan, 'c')).toBe('c');
  });
  test('finds the instance that failed in place of its stage', () => expect(nextFailed(spread, spreadPlan, 'list')).toBe('each[1]'));
  test('finds nothing where nothing failed', () => expect(nextFailed([stage('a')], planOf([stage('a')], null), null)).toBeNull());
});

test.each([
  ['waiting', 'a b c'], ['pending', 'd e'], ['completed', 'f'], ['undone', 'g h'], ['running', ''],
] as const)('Filter %s leaves the rows that say so', (status, keys) => {
  const stages = [
    stage('a', { status: 'waiting', waitingFor: 'event' }), stage('b', { status: 'blocked', waitingFor: 'approval' }), stage('c', { status: 'blocked', waitingFor: 'breakpoint' }), stage('d'),
    stage('e', { status: 'queued' }), stage('f', { status: 'completed' }), stage('g', { status: 'completed', undo: 'completed' }), stage('h', { status: 'completed', undo: 'failed' }),
  ];
  expect(rowsOf(stages, planOf(stages, null), { ...noFilter, status }, new Set()).map(({ key }) => key).join(' ')).toBe(keys);
});
