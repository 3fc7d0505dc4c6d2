import type { ExecutionGraph } from '../../shared/execution.js';

/** More siblings than these are drawn as one. */
export const maxSiblings = 30;

/** Sizes in pixels at a zoom of 1. */
export const size = { width: 228, height: 56, trigger: 28, cellWidth: 176, cellHeight: 28, cellGap: 4, header: 32, padding: 8 } as const;

export type UnitKind = 'stage' | 'trigger' | 'fold' | 'box';

/** What is drawn as one thing: a stage, the source of a trigger, many siblings folded into one, or those in an open box. */
export interface Unit {
  /** The id of the stage; of folded siblings one made from their first. */
  readonly id: string;
  readonly kind: UnitKind;
  readonly name: string;
  /** Type of the stages; null where they differ. */
  readonly type: string | null;
  /** Ids of the stages that it stands for, in the order of the plan. */
  readonly stages: readonly string[];
  /** How many cells an open box has: its siblings, or the instances of its stage. */
  readonly cells: number;
  /** Whether the cells are instances of one stage. */
  readonly isForEach: boolean;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

export interface UnitEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** What stands beside it; null for what goes without saying. */
  readonly label: string | null;
}

export interface UnitGraph {
  readonly units: readonly Unit[];
  readonly edges: readonly UnitEdge[];
  /** Index of the unit in which a stage is drawn, by the stage's id. */
  readonly unitOf: ReadonlyMap<string, number>;
}

type GraphNode = ExecutionGraph['nodes'][number];

const columnsOf = (cells: number) => Math.max(1, Math.ceil(Math.sqrt((cells * size.cellHeight * 1.4) / size.cellWidth)));

function boxOf(id: string, name: string, type: string | null, stages: readonly string[], cells: number, isForEach: boolean): Unit {
  const columns = columnsOf(cells);
  const rows = Math.ceil(cells / columns);
  return {
    id, kind: 'box', name, type, stages, cells, isForEach, columns,
    width: Math.max(size.width, size.padding * 2 + columns * (size.cellWidth + size.cellGap) - size.cellGap),
    height: size.header + size.padding + rows * (size.cellHeight + size.cellGap) - size.cellGap,
  };
}

/** The stages in an order in which each comes after those that it depends on; a circle is cut at its first stage in the plan. */
function ordered(count: number, parents: readonly (readonly number[])[], children: readonly (readonly number[])[]): number[] {
  const open = parents.map((of) => of.length);
  const order: number[] = [];
  const isDone = new Uint8Array(count);
  let next = 0;
  for (let start = 0; start < count; start++) if (open[start] === 0) order.push(start);
  for (const node of order) isDone[node] = 1;
  for (let cut = 0; order.length < count || next < order.length;) {
    if (next === order.length) {
      while (isDone[cut]) cut++;
      isDone[cut] = 1;
      order.push(cut);
    }
    for (const child of children[order[next++]!]!) {
      if (--open[child]! === 0 && !isDone[child]) {
        isDone[child] = 1;
        order.push(child);
      }
    }
  }
  return order;
}

/** Which stages are folded together: those that are reached from the same units, if they are more than a reader can tell apart. */
function foldSiblings(nodes: readonly GraphNode[], parents: readonly (readonly number[])[], children: readonly (readonly number[])[]): number[][] {
  const leader = Int32Array.from(nodes, (_, i) => i);
  const order = ordered(nodes.length, parents, children);

  // A unit comes after all that it is reached from, so that siblings are found level by level.
  const level = new Int32Array(nodes.length);
  const levels: number[][] = [];
  for (const node of order) {
    for (const parent of parents[node]!) level[node] = Math.max(level[node]!, level[parent]! + 1);
    (levels[level[node]!] ??= []).push(node);
  }
  for (const members of levels) {
    const families = new Map<string, number[]>();
    for (const node of members) {
      if (nodes[node]!.type === 'trigger') continue;
      const from = [...new Set(parents[node]!.map((parent) => leader[parent]!))].sort((a, b) => a - b).join();
      const family = families.get(from);
      if (family) family.push(node);
      else families.set(from, [node]);
    }
    for (const family of families.values()) {
      if (family.length <= maxSiblings) continue;
      family.sort((a, b) => a - b);
      for (const node of family) leader[node] = family[0]!;
    }
  }
  const folded: number[][] = nodes.map(() => []);
  leader.forEach((first, node) => folded[first]!.push(node));
  return folded.filter((family) => family.length > 0);
}

/** The words on an edge, in one line; what every edge says that says nothing goes unsaid. */
const labelOf = (label: string | null): string | null => {
  const said = label?.replace(/\s*\n\s*/g, ' · ').trim();
  return said && said !== 'on completion' ? said : null;
};

/**
 * Makes what is drawn from a graph. How many instances a stage has changes the drawing only while its box is open, so that
 * nothing moves as an execution goes on.
 * @param open Ids of the units that are shown as boxes.
 * @param instancesOf How many instances a stage has; -1 where it is not spread over items.
 */
export function unitsOf(graph: ExecutionGraph, open: ReadonlySet<string>, instancesOf: (id: string) => number): UnitGraph {
  const { nodes } = graph;
  const place = new Map(nodes.map((node, i) => [node.id, i]));
  const parents: number[][] = nodes.map(() => []);
  const children: number[][] = nodes.map(() => []);
  for (const { from, to } of graph.edges) {
    const [source, target] = [place.get(from), place.get(to)];
    if (source === undefined || target === undefined || source === target) continue;
    parents[target]!.push(source);
    children[source]!.push(target);
  }

  const unitOf = new Map<string, number>();
  const units = foldSiblings(nodes, parents, children).map((family, index): Unit => {
    for (const node of family) unitOf.set(nodes[node]!.id, index);
    const { id, name, type } = nodes[family[0]!]!;
    if (family.length > 1) {
      const key = `fold:${id}`;
      const common = family.every((node) => nodes[node]!.type === type) ? type : null;
      const stages = family.map((node) => nodes[node]!.id);
      if (open.has(key)) return boxOf(key, `${stages.length} stages`, common, stages, stages.length, false);
      return { id: key, kind: 'fold', name: `${stages.length} stages`, type: common, stages, cells: stages.length, isForEach: false, columns: 1, width: size.width, height: size.height };
    }
    if (type === 'trigger') return { id, kind: 'trigger', name, type, stages: [], cells: 0, isForEach: false, columns: 1, width: size.trigger, height: size.trigger };
    const instances = open.has(id) ? instancesOf(id) : 0;
    if (instances > 0) return boxOf(id, name, type, [id], instances, true);
    return { id, kind: 'stage', name, type, stages: [id], cells: 0, isForEach: false, columns: 1, width: size.width, height: size.height };
  });

  // Edges between the same two units are one; its words stay only where all of them say the same.
  const edges = new Map<string, UnitEdge>();
  for (const { from, to, kind, label } of graph.edges) {
    const [source, target] = [unitOf.get(from), unitOf.get(to)];
    if (source === undefined || target === undefined || source === target) continue;
    const key = `${source},${target}`;
    const known = edges.get(key);
    const said = labelOf(label);
    if (!known) edges.set(key, { from: source, to: target, kind, label: said });
    else if (known.label !== said) edges.set(key, { ...known, label: units[source]!.stages.length + units[target]!.stages.length > 2 ? null : [known.label, said].filter(Boolean).join(' / ') || null });
  }
  return { units, edges: [...edges.values()], unitOf };
}
