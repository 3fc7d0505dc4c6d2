import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ranksOf } from '../../src/features/graph/layers.js';
import { maxSiblings, size, unitsOf } from '../../src/features/graph/units.js';
import { someGraph } from './some.js';

const none = new Set<string>();
const noInstances = () => -1;
const fan = (count: number) => someGraph('start', ...Array.from({ length: count }, (_, i) => [`start>b${i}`, `b${i}>end`]).flat());

describe('units', () => {
  it('Few_siblings_stand_by_themselves', () => {
    expect(unitsOf(fan(maxSiblings), none, noInstances).units).toHaveLength(maxSiblings + 2);
  });

  it('Many_siblings_are_one_unit_between_the_same_neighbours', () => {
    const { units, edges, unitOf } = unitsOf(fan(100), none, noInstances);
    expect(units.map(({ kind, name, cells }) => ({ kind, name, cells }))).toEqual([
      { kind: 'stage', name: 'start', cells: 0 }, { kind: 'fold', name: '100 stages', cells: 100 }, { kind: 'stage', name: 'end', cells: 0 },
    ]);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 2]]);
    expect(unitOf.get('b7')).toBe(1);
  });

  it('Rows_of_stages_side_by_side_are_folded_step_by_step', () => {
    const lanes = Array.from({ length: 50 }, (_, i) => [`start>a${i}`, `a${i}>b${i}`, `b${i}>end`]).flat();
    expect(unitsOf(someGraph(...lanes), none, noInstances).units.map(({ name }) => name)).toEqual(['start', '50 stages', '50 stages', 'end']);
  });

  it('Open_fold_is_a_box_that_holds_each_of_its_stages', () => {
    const { units } = unitsOf(fan(100), new Set(['fold:b0']), noInstances);
    const box = units[1]!;
    expect(box).toMatchObject({ kind: 'box', cells: 100, isForEach: false });
    expect(box.width).toBeGreaterThanOrEqual(box.columns * size.cellWidth);
    expect(box.height).toBeGreaterThanOrEqual(Math.ceil(100 / box.columns) * size.cellHeight);
  });

  it('Stage_of_many_items_opens_when_it_has_some', () => {
    const graph = someGraph('a>b');
    const kinds = (count: number) => unitsOf(graph, new Set(['b']), () => count).units.map(({ kind, cells }) => `${kind} ${cells}`);
    expect(kinds(0)).toEqual(['stage 0', 'stage 0']);
    expect(kinds(12)).toEqual(['box 12', 'box 12'].with(0, 'stage 0'));
  });

  it('Words_that_every_edge_says_go_unsaid', () => {
    const { edges } = unitsOf(someGraph('a>b', 'b>c:on failure\nor after 5s'), none, noInstances);
    expect(edges.map(({ label }) => label)).toEqual([null, 'on failure · or after 5s']);
  });

  it('Sources_of_triggers_are_not_folded', () => {
    const graph = someGraph(...Array.from({ length: 40 }, (_, i) => `trigger:${i}`.replace(':', '') + `>s${i}`));
    expect(unitsOf(graph, none, noInstances).units.filter(({ kind }) => kind === 'trigger')).toHaveLength(40);
  });

  it('Folding_loses_no_stage_and_makes_no_circle', () => {
    const lists = fc.integer({ min: 2, max: 120 }).chain((count) => fc.array(fc.tuple(fc.nat(count - 1), fc.nat(Math.min(3, count - 1))), { maxLength: 300 }));
    fc.assert(fc.property(lists, (pairs) => {
      const graph = someGraph('s0', ...pairs.filter(([a, b]) => a !== b).map(([a, b]) => `s${Math.min(a, b)}>s${Math.max(a, b)}`));
      const { units, edges, unitOf } = unitsOf(graph, none, noInstances);
      expect(units.flatMap(({ stages }) => stages).sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
      const rank = ranksOf(units.length, edges);
      for (const { from, to } of edges) expect(rank[from]!).toBeLessThan(rank[to]!);

      // What depended on something still does.
      const drawn = new Set(edges.map(({ from, to }) => `${from},${to}`));
      for (const { from, to } of graph.edges) expect(drawn.has(`${unitOf.get(from)},${unitOf.get(to)}`)).toBe(true);
    }));
  });
});
