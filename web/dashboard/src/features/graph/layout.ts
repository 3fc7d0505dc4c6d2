import { layersOf } from './layers.js';
import type { Link } from './layers.js';
import { neighbours, orderLayers } from './order.js';
import { placeRows } from './place.js';

/** Distance between columns, in pixels; more where words stand on an edge. */
const columnGap = { plain: 64, labelled: 168 };
const margin = 24;
const jointHeight = 4;

/** What is laid out; nothing in it changes while an execution runs, so that nothing moves. */
export interface LayoutInput {
  readonly widths: readonly number[];
  readonly heights: readonly number[];
  readonly edges: readonly (Link & { readonly isLabelled?: boolean })[];
}

/** Where everything stands, in pixels at a zoom of 1. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Left and upper edge of each node. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly rank: Int32Array;
  /** Place within the column, from above. */
  readonly row: Int32Array;
  /** The points that edges pass, those of all in one, since it comes from a worker: of each edge from its start to that of the next. */
  readonly points: Float64Array;
  readonly starts: Int32Array;
}

/** The points that an edge passes: x and y in turn, from the right side of its source to the left of its target. */
export const routeOf = ({ points, starts }: Layout, edge: number): Float64Array => points.subarray(starts[edge], starts[edge + 1]);

/** Lays a graph out in columns from left to right. The same graph always gets the same layout. */
export function layoutOf({ widths, heights, edges }: LayoutInput): Layout {
  const count = widths.length;
  const layered = layersOf(count, edges);
  const order = orderLayers(layered);
  const all = layered.rank.length;
  const tall = Float64Array.from({ length: all }, (_, node) => (node < count ? heights[node]! : jointHeight));
  const middle = placeRows(order, neighbours(all, layered.pieces, 'from'), neighbours(all, layered.pieces, 'to'), tall, count);

  // The columns: as wide as their widest node, further apart where words need room.
  const wide = order.map((layer) => layer.reduce((most, node) => (node < count ? Math.max(most, widths[node]!) : most), 0));
  const gapBefore = order.map(() => columnGap.plain);
  edges.forEach(({ to, isLabelled }) => {
    if (isLabelled) gapBefore[layered.rank[to]!] = columnGap.labelled;
  });
  const left: number[] = [];
  let next = margin;
  order.forEach((_, column) => {
    if (column > 0) next += gapBefore[column]!;
    left.push(next);
    next += wide[column]!;
  });

  let top = Infinity;
  let bottom = -Infinity;
  for (let node = 0; node < all; node++) {
    top = Math.min(top, middle[node]! - tall[node]! / 2);
    bottom = Math.max(bottom, middle[node]! + tall[node]! / 2);
  }
  const down = margin - (all > 0 ? top : 0);
  const x = Float64Array.from({ length: count }, (_, node) => left[layered.rank[node]!]! + (wide[layered.rank[node]!]! - widths[node]!) / 2);
  const y = Float64Array.from({ length: count }, (_, node) => Math.round(middle[node]! + down - tall[node]! / 2));
  const row = new Int32Array(count);
  for (const layer of order) layer.filter((node) => node < count).forEach((node, i) => { row[node] = i; });

  const points: number[] = [];
  const starts = new Int32Array(edges.length + 1);
  edges.forEach(({ from, to }, edge) => {
    points.push(x[from]! + widths[from]!, y[from]! + heights[from]! / 2);
    for (const joint of layered.joints[edge]!) {
      const column = layered.rank[joint]!;
      points.push(left[column]!, middle[joint]! + down);
      if (wide[column]! > 0) points.push(left[column]! + wide[column]!, middle[joint]! + down);
    }
    points.push(x[to]!, y[to]! + heights[to]! / 2);
    starts[edge + 1] = points.length;
  });
  return {
    width: order.length > 0 ? next + margin : 0,
    height: all > 0 ? bottom - top + 2 * margin : 0,
    x, y, rank: layered.rank.slice(0, count), row, points: Float64Array.from(points), starts,
  };
}
