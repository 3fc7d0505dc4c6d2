import type { Layers, Link } from './layers.js';

/** Neighbours of nodes as runs in one array: those of `n` stand from `start[n]` to `start[n + 1]`. */
export interface Neighbours {
  readonly start: Int32Array;
  readonly of: Int32Array;
}

/** The other ends of pieces, by their targets (the column before) or by their sources (the column behind). */
export function neighbours(count: number, pieces: readonly Link[], of: 'from' | 'to'): Neighbours {
  const at = of === 'from' ? 'to' : 'from';
  const start = new Int32Array(count + 1);
  for (const piece of pieces) start[piece[at] + 1]!++;
  for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const found = new Int32Array(pieces.length);
  for (const piece of pieces) found[next[piece[at]]!++] = piece[of];
  return { start, of: found };
}

/** Counts how often the edges between two columns cross. */
function crossings(layer: readonly number[], before: Neighbours, place: Int32Array, width: number): number {
  const ends: number[] = [];
  for (const node of layer) {
    const from = Array.from(before.of.subarray(before.start[node], before.start[node + 1]), (parent) => place[parent]!);
    ends.push(...from.sort((a, b) => a - b));
  }
  const tree = new Int32Array(width + 1);
  let total = 0;
  for (let i = 0; i < ends.length; i++) {
    let known = 0;
    for (let at = ends[i]! + 1; at > 0; at -= at & -at) known += tree[at]!;
    total += i - known;
    for (let at = ends[i]! + 1; at <= width; at += at & -at) tree[at]!++;
  }
  return total;
}

/**
 * Orders the nodes within each column so that few edges cross: each goes to the middle of its neighbours, there and back, and
 * the best order seen is kept. What nothing pulls keeps its place, so that the order of the plan shows through.
 */
export function orderLayers({ layers, pieces, rank }: Layers): number[][] {
  const before = neighbours(rank.length, pieces, 'from');
  const behind = neighbours(rank.length, pieces, 'to');
  const place = new Int32Array(rank.length);
  let order = layers.map((layer) => [...layer]);
  const settle = (layer: readonly number[]) => layer.forEach((node, i) => { place[node] = i; });
  order.forEach(settle);
  const count = () => order.reduce((sum, layer, i) => (i === 0 ? 0 : sum + crossings(layer, before, place, order[i - 1]!.length)), 0);

  const pull = new Float64Array(rank.length);
  const arrange = (column: number, side: Neighbours) => {
    const layer = order[column]!;
    for (const node of layer) {
      const [from, to] = [side.start[node]!, side.start[node + 1]!];
      let sum = 0;
      for (let i = from; i < to; i++) sum += place[side.of[i]!]!;
      pull[node] = to > from ? sum / (to - from) : -1;
    }

    // Those without neighbours on this side stay where they are; the others are sorted around them.
    const pulled = layer.filter((node) => pull[node]! >= 0).sort((a, b) => pull[a]! - pull[b]! || place[a]! - place[b]!);
    let next = 0;
    order[column] = layer.map((node) => (pull[node]! >= 0 ? pulled[next++]! : node));
    settle(order[column]);
  };

  let best = order.map((layer) => [...layer]);
  let least = count();
  const rounds = pieces.length > 20_000 ? 1 : pieces.length > 4_000 ? 6 : 16;
  for (let round = 0; round < rounds && least > 0; round++) {
    for (let column = 1; column < order.length; column++) arrange(column, before);
    for (let column = order.length - 2; column >= 0; column--) arrange(column, behind);
    for (let column = 1; column < order.length; column++) arrange(column, before);
    const now = count();
    if (now < least) {
      least = now;
      best = order.map((layer) => [...layer]);
    } else if (round > 3) break;
  }
  order = best;
  return order;
}
