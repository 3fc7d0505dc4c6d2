/** An edge by the indexes of its ends. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** Nodes in columns from left to right. Behind the given nodes stand the joints, where a long edge passes a column. */
export interface Layers {
  /** Column of each node and joint. */
  readonly rank: Int32Array;
  /** Nodes and joints of each column. */
  readonly layers: number[][];
  /** The joints that each edge passes, from its source to its target. */
  readonly joints: readonly (readonly number[])[];
  /** The pieces of edges between neighbouring columns. */
  readonly pieces: readonly Link[];
}

/** More joints than these cost more time than they make clear; the longest edges go without. */
const maxJoints = 20_000;

/** Gives each node the column after the last of those that lead to it. In a circle the first in order goes first. */
export function ranksOf(count: number, edges: readonly Link[]): Int32Array {
  const rank = new Int32Array(count);
  const open = new Int32Array(count);
  const next: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) {
    if (from === to) continue;
    next[from]!.push(to);
    open[to]!++;
  }
  const isDone = new Uint8Array(count);
  const ready: number[] = [];
  const take = (node: number) => {
    isDone[node] = 1;
    ready.push(node);
  };
  for (let node = 0; node < count; node++) if (open[node] === 0) take(node);
  let cut = 0;
  for (let at = 0; at < count; at++) {
    if (at === ready.length) {
      while (isDone[cut]) cut++;
      take(cut);
    }
    const node = ready[at]!;
    for (const to of next[node]!) {
      if (isDone[to]) continue;
      rank[to] = Math.max(rank[to]!, rank[node]! + 1);
      if (--open[to]! === 0) take(to);
    }
  }

  // What starts a branch stands beside where it is needed, not at the far left.
  const hasParent = new Uint8Array(count);
  for (const { from, to } of edges) if (rank[to]! > rank[from]!) hasParent[to] = 1;
  for (let node = 0; node < count; node++) {
    if (hasParent[node] || next[node]!.length === 0) continue;
    let first = Infinity;
    for (const to of next[node]!) first = Math.min(first, rank[to]!);
    if (first > rank[node]! + 1) rank[node] = first - 1;
  }
  return rank;
}

/** How long an edge may be that still gets joints. */
function longest(edges: readonly Link[], rank: Int32Array): number {
  const byLength: number[] = [];
  for (const { from, to } of edges) {
    const length = rank[to]! - rank[from]!;
    if (length > 1) byLength[length] = (byLength[length] ?? 0) + 1;
  }
  let joints = 0;
  for (let length = 2; length < byLength.length; length++) {
    joints += (byLength[length] ?? 0) * (length - 1);
    if (joints > maxJoints) return length - 1;
  }
  return byLength.length;
}

/** Puts nodes into columns and cuts long edges into pieces. */
export function layersOf(count: number, edges: readonly Link[]): Layers {
  const ranks = ranksOf(count, edges);
  const rank: number[] = Array.from(ranks);
  const limit = longest(edges, ranks);
  const pieces: Link[] = [];
  const joints = edges.map(({ from, to }) => {
    const length = ranks[to]! - ranks[from]!;
    if (length < 1 || (length > 1 && length > limit)) return [];
    const passed: number[] = [];
    let last = from;
    for (let column = ranks[from]! + 1; column < ranks[to]!; column++) {
      const joint = rank.push(column) - 1;
      passed.push(joint);
      pieces.push({ from: last, to: joint });
      last = joint;
    }
    pieces.push({ from: last, to });
    return passed;
  });
  const layers: number[][] = Array.from({ length: rank.reduce((most, column) => Math.max(most, column), -1) + 1 }, () => []);
  rank.forEach((column, node) => layers[column]!.push(node));
  return { rank: Int32Array.from(rank), layers, joints, pieces };
}
