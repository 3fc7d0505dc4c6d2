import type { Neighbours } from './order.js';

/** Least distance between two nodes of a column, in pixels. */
export const rowGap = 20;

/**
 * Puts one column's nodes as close to where they want to be as their sizes allow, in their order: the least squares under
 * "each below the one before", found by merging those that press against each other into blocks.
 * @param wanted Where the middle of each wants to be.
 * @param weight How much each insists.
 * @returns The middles.
 */
export function pack(wanted: readonly number[], weight: readonly number[], heights: readonly number[]): number[] {
  // Without the sizes, what is left is that no value is less than the one before.
  const shift: number[] = [];
  let offset = 0;
  for (let i = 0; i < heights.length; i++) {
    if (i > 0) offset += (heights[i - 1]! + heights[i]!) / 2 + rowGap;
    shift.push(offset);
  }
  const blocks: { mean: number; weight: number; count: number }[] = [];
  for (let i = 0; i < wanted.length; i++) {
    let block = { mean: wanted[i]! - shift[i]!, weight: weight[i]!, count: 1 };
    for (let last = blocks.at(-1); last && last.mean >= block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const sum = last.weight + block.weight;
      block = { mean: (last.mean * last.weight + block.mean * block.weight) / sum, weight: sum, count: last.count + block.count };
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => new Array<number>(block.count).fill(block.mean)).map((value, i) => value + shift[i]!);
}

/**
 * Gives each node the middle of its row: near its neighbours, long edges as straight as can be.
 * @param real How many of the nodes are nodes; those behind are joints.
 */
export function placeRows(order: readonly (readonly number[])[], before: Neighbours, behind: Neighbours, heights: Float64Array, real: number): Float64Array {
  const y = new Float64Array(heights.length);
  const heightsOf = order.map((layer) => layer.map((node) => heights[node]!));
  order.forEach((layer, column) => {
    const packed = pack(layer.map(() => 0), layer.map(() => 1), heightsOf[column]!);
    layer.forEach((node, i) => { y[node] = packed[i]!; });
  });

  // Two joints in a row are part of one line, which ought to be straight.
  const strength = (a: number, b: number) => (a >= real && b >= real ? 8 : a >= real || b >= real ? 2 : 1);
  const move = (column: number, sides: readonly Neighbours[]) => {
    const layer = order[column]!;
    const weights: number[] = [];
    const wanted = layer.map((node) => {
      let [sum, weight] = [0, 0];
      for (const side of sides) {
        for (let i = side.start[node]!; i < side.start[node + 1]!; i++) {
          const other = side.of[i]!;
          const pull = strength(node, other);
          sum += y[other]! * pull;
          weight += pull;
        }
      }
      weights.push(weight || 0.05);
      return weight > 0 ? sum / weight : y[node]!;
    });
    const packed = pack(wanted, weights, heightsOf[column]!);
    layer.forEach((node, i) => { y[node] = packed[i]!; });
  };

  const rounds = heights.length > 10_000 ? 2 : heights.length > 2_000 ? 8 : 20;
  for (let round = 0; round < rounds; round++) {
    const isLast = round >= rounds - 2;
    const [left, right] = isLast ? [[before, behind], [before, behind]] : [[before], [behind]];
    for (let column = 1; column < order.length; column++) move(column, left!);
    for (let column = order.length - 2; column >= 0; column--) move(column, right!);
  }
  return y;
}
