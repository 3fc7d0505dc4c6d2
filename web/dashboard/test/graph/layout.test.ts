import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, routeOf } from '../../src/features/graph/layout.js';
import { rowGap, pack } from '../../src/features/graph/place.js';
import { random } from './some.js';

/** Graphs whose edges go from lower to higher numbers, with nodes of any size. */
const graphs = fc.integer({ min: 2, max: 40 }).chain((count) => fc.record({
  widths: fc.array(fc.integer({ min: 20, max: 400 }), { minLength: count, maxLength: count }),
  heights: fc.array(fc.integer({ min: 20, max: 300 }), { minLength: count, maxLength: count }),
  edges: fc.uniqueArray(
    fc.tuple(fc.nat(count - 1), fc.nat(count - 1), fc.boolean()).filter(([a, b]) => a !== b)
      .map(([a, b, isLabelled]) => ({ from: Math.min(a, b), to: Math.max(a, b), isLabelled })),
    { maxLength: 80, selector: ({ from, to }) => `${from},${to}` },
  ),
}));

describe('layout', () => {
  it('Nodes_never_overlap_whatever_the_graph', () => {
    fc.assert(fc.property(graphs, (graph) => {
      const { x, y, width, height } = layoutOf(graph);
      for (let a = 0; a < x.length; a++) {
        expect(x[a]! >= 0 && y[a]! >= 0 && x[a]! + graph.widths[a]! <= width && y[a]! + graph.heights[a]! <= height + 1).toBe(true);
        for (let b = a + 1; b < x.length; b++) {
          const apart = x[a]! + graph.widths[a]! <= x[b]! || x[b]! + graph.widths[b]! <= x[a]! || y[a]! + graph.heights[a]! <= y[b]! || y[b]! + graph.heights[b]! <= y[a]!;
          expect(apart, `${a} and ${b}`).toBe(true);
        }
      }
    }));
  });

  it('Each_node_stands_to_the_right_of_all_that_it_depends_on', () => {
    fc.assert(fc.property(graphs, (graph) => {
      const { x } = layoutOf(graph);
      for (const { from, to } of graph.edges) expect(x[from]! + graph.widths[from]!).toBeLessThan(x[to]!);
    }));
  });

  it('Routes_lead_from_their_source_to_their_target_without_turning_back', () => {
    fc.assert(fc.property(graphs, (graph) => {
      const layout = layoutOf(graph);
      const { x, y } = layout;
      graph.edges.forEach(({ from, to }, edge) => {
        const points = [...routeOf(layout, edge)];
        expect(points.slice(0, 2)).toEqual([x[from]! + graph.widths[from]!, y[from]! + graph.heights[from]! / 2]);
        expect(points.slice(-2)).toEqual([x[to]!, y[to]! + graph.heights[to]! / 2]);
        for (let i = 2; i < points.length; i += 2) expect(points[i]!).toBeGreaterThanOrEqual(points[i - 2]!);
      });
    }));
  });

  it('Same_graph_gets_the_same_layout', () => {
    fc.assert(fc.property(graphs, (graph) => {
      expect(layoutOf(structuredClone(graph))).toEqual(layoutOf(graph));
    }));
  });

  it('Circle_is_laid_out_as_far_as_it_goes', () => {
    const { x } = layoutOf({ widths: [10, 10, 10], heights: [10, 10, 10], edges: [{ from: 0, to: 1 }, { from: 1, to: 2 }, { from: 2, to: 0 }, { from: 1, to: 1 }] });
    expect([...x]).toEqual([...x].sort((a, b) => a - b));
    expect(new Set(x).size).toBe(3);
  });

  it('Nothing_is_laid_out_as_nothing', () => {
    expect(layoutOf({ widths: [], heights: [], edges: [] })).toMatchObject({ width: 0, height: 0 });
  });

  it('Chain_is_one_straight_line', () => {
    const edges = Array.from({ length: 50 }, (_, i) => ({ from: i, to: i + 1 }));
    const { y } = layoutOf({ widths: edges.map(() => 200).concat(200), heights: edges.map(() => 56).concat(56), edges });
    expect(new Set(y).size).toBe(1);
  });

  it('Two_branches_do_not_cross_when_they_need_not', () => {
    // The plan names the second branch's follower first.
    const { y } = layoutOf({ widths: [9, 9, 9, 9, 9], heights: [9, 9, 9, 9, 9], edges: [{ from: 0, to: 1 }, { from: 0, to: 2 }, { from: 1, to: 4 }, { from: 2, to: 3 }] });
    expect(Math.sign(y[1]! - y[2]!)).toBe(Math.sign(y[4]! - y[3]!));
  });

  it('Ten_thousand_nodes_are_laid_out_in_a_moment', () => {
    const count = 10_000;
    const next = random(7);
    const edges = Array.from({ length: 2 * count }, (_, i) => {
      const to = 1 + (i % (count - 1));
      return { from: to - 1 - Math.floor(next() * Math.min(to, 40)), to };
    });
    const begun = performance.now();
    const { starts } = layoutOf({ widths: Array<number>(count).fill(208), heights: Array<number>(count).fill(56), edges });
    expect(starts).toHaveLength(edges.length + 1);

    // It takes a fraction of a second; this tells it from an algorithm that grows with the square.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe('rows', () => {
  it('Packed_rows_keep_their_order_and_distance', () => {
    const rows = fc.array(fc.tuple(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.double({ min: 0.05, max: 8, noNaN: true }), fc.integer({ min: 1, max: 200 })), { maxLength: 30 });
    fc.assert(fc.property(rows, (given) => {
      const packed = pack(given.map(([at]) => at), given.map(([, weight]) => weight), given.map(([,, height]) => height));
      for (let i = 1; i < packed.length; i++) expect(packed[i]! - packed[i - 1]!).toBeGreaterThanOrEqual((given[i - 1]![2] + given[i]![2]) / 2 + rowGap - 1e-6);
    }));
  });

  it('Rows_with_room_stand_where_they_want_to', () => {
    expect(pack([0, 500, 1000], [1, 1, 1], [50, 50, 50])).toEqual([0, 500, 1000]);
  });
});
