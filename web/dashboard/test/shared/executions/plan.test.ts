import type { StageState } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { mostAtOnce, parallelText, planOf } from '../../../src/shared/executions/plan.js';
import { graph, stage } from '../../execution/some.js';

const keys = (text: string) => [...text].map((key) => stage(key));
const named = (stages: ReturnType<typeof keys>, places: readonly number[]) => places.map((place) => stages[place]!.key).join('');
const groupOf = (stages: ReturnType<typeof keys>, plan: ReturnType<typeof planOf>, key: string) =>
  named(stages, plan.groups[stages.findIndex((one) => one.key === key)]?.members ?? []);

describe('planOf', () => {
  test('puts stages side by side that depend on the same ones', () => {
    const stages = keys('abcd');
    const plan = planOf(stages, graph('a>b', 'a>c', 'b>d', 'c>d'));
    expect([groupOf(stages, plan, 'a'), groupOf(stages, plan, 'b'), groupOf(stages, plan, 'c'), groupOf(stages, plan, 'd')]).toEqual(['', 'bc', 'bc', '']);
  });

  test('leaves out parents that another parent depends on', () => {
    const stages = keys('abcd');
    expect(groupOf(stages, planOf(stages, graph('a>b', 'b>c', 'a>d', 'b>d')), 'c')).toBe('cd');
  });

  test('never puts a stage beside one that it depends on', () => {
    // Every plan of five stages whose edges lead forward.
    const pairs = [0, 1, 2, 3].flatMap((from) => [1, 2, 3, 4].filter((to) => to > from).map((to) => [from, to] as const));
    const stages = keys('abcde');
    for (let mask = 0; mask < 1 << pairs.length; mask++) {
      const edges = pairs.filter((_, i) => mask & (1 << i));
      const plan = planOf(stages, graph(...edges.map(([from, to]) => `${'abcde'[from]}>${'abcde'[to]}`)));
      const reach = (from: number, to: number): boolean => edges.some(([a, b]) => a === from && (b === to || reach(b, to)));
      expect([...plan.order].sort().join('')).toBe('01234');
      for (const [from, to] of edges) expect(plan.order.indexOf(from)).toBeLessThan(plan.order.indexOf(to));
      for (const group of new Set(plan.groups)) {
        for (const a of group?.members ?? []) for (const b of group!.members) expect(reach(a, b)).toBe(false);
      }
    }
  });

  test('shows those side by side next to each other', () => {
    const stages = keys('abxcy');
    expect(named(stages, planOf(stages, graph('a>b', 'a>c', 'b>x', 'x>y')).order)).toBe('abcxy');
  });

  test('keeps the order of the file where there is no graph', () => {
    const stages = keys('cab');
    expect(planOf(stages, null)).toMatchObject({ order: [0, 1, 2], groups: [null, null, null] });
  });

  test('shows all stages of a graph with a circle', () => {
    expect(planOf(keys('abc'), graph('a>b', 'b>a')).order).toHaveLength(3);
  });

  test('takes ten thousand stages that all depend on all before within a moment', () => {
    const stages = Array.from({ length: 10_000 }, (_, i) => stage(`s${i}`));
    const edges = stages.slice(1).flatMap((one, i) => [0, 1, 2, 3].filter((back) => i - back >= 0).map((back) => `s${i - back}>${one.key}`));
    const before = performance.now();
    expect(planOf(stages, graph(...edges)).order).toHaveLength(10_000);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('mostAtOnce', () => {
  const at = (...times: [number, number | null][]) => {
    const stages = times.map(([startTime, endTime], i) => stage(`s${i}`, { startTime, endTime }));
    return mostAtOnce(stages, 100);
  };
  test('counts what overlaps', () => expect(at([0, 10], [5, 15], [9, 20], [30, 40])).toBe(3));
  test('takes one that begins as another ends for one after the other', () => expect(at([0, 10], [10, 20])).toBe(1));
  test('takes what still runs to run until now', () => expect(at([0, null], [50, null])).toBe(2));
});

test('Only stages that ran or may run beside each other are said to be parallel', () => {
  const of = (status: StageState['status'], startTime: number | null, endTime: number | null) => stage('a', { status, startTime, endTime });
  const [done, skipped, open] = [of('completed', 0, 10), of('skipped', null, 5), of('pending', null, null)];
  expect(parallelText([done, skipped], 20)).toBeNull();
  expect(parallelText([done, of('completed', 10, 20)], 20)).toBeNull();
  expect(parallelText([done, of('completed', 5, 20)], 20)).toBe('2 in parallel, 2 at once');
  expect(parallelText([open, open, skipped], 20)).toBe('2 in parallel');
});
