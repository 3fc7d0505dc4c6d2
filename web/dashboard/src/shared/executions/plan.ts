import type { StageState } from '@sightglass/client';
import type { ExecutionGraph } from '../execution.js';
import { count } from '../format.js';

/** Stages side by side: they depend on the same stages, leaving out what those depend on anyway, and so none on another of them. */
export interface ParallelGroup {
  /** Places of the stages in the plan, in its order. */
  readonly members: readonly number[];
}

/** The order in which the timeline shows the stages of a plan, and what depends on what; it holds for a whole execution. */
export interface Plan {
  /** Places in `ExecutionState.stages`: what is depended on first, stages side by side next to each other. */
  readonly order: readonly number[];
  /** By place: the stages that it depends on. */
  readonly parents: readonly (readonly number[])[];
  /** By place: the group, where there is more than one stage in it. */
  readonly groups: readonly (ParallelGroup | null)[];
}

/** How many of several stages were at work at the same moment, at most. */
export function mostAtOnce(stages: readonly StageState[], now: number): number {
  const moments: [at: number, change: number][] = [];
  for (const { startTime, endTime } of stages) if (startTime !== null) moments.push([startTime, 1], [endTime ?? now, -1]);

  // One that begins as another ends did not run beside it.
  moments.sort(([a, x], [b, y]) => a - b || x - y);
  let running = 0;
  let most = 0;
  for (const [, change] of moments) most = Math.max(most, (running += change));
  return most;
}

/**
 * Says of stages side by side how many ran, or may yet run, beside each other; null where fewer than two do: what was skipped ran beside none, and what ended
 * ran beside others only where it did at the same moment.
 */
export function parallelText(stages: readonly StageState[], now: number): string | null {
  const beside = stages.filter(({ startTime, endTime }) => startTime !== null || endTime === null);
  const most = mostAtOnce(beside, now);
  if (beside.length < 2 || (most < 2 && beside.every(({ endTime }) => endTime !== null))) return null;
  return `${count(beside.length)} in parallel${most > 1 ? `, ${count(most)} at once` : ''}`;
}

/** Reads the plan of an execution off its graph; without one the stages stand in the order of the definition. */
export function planOf(stages: readonly Pick<StageState, 'id'>[], graph: ExecutionGraph | null): Plan {
  const places = new Map(stages.map((stage, place) => [stage.id, place]));
  const parents: number[][] = stages.map(() => []);
  const children: number[][] = stages.map(() => []);
  const known = new Set<number>();
  for (const { from, to } of graph?.edges ?? []) {
    const parent = places.get(from);
    const child = places.get(to);
    if (parent === undefined || child === undefined) continue;

    // Two stages may be tied in several ways.
    const edge = parent * stages.length + child;
    if (known.has(edge)) continue;
    known.add(edge);
    parents[child]!.push(parent);
    children[parent]!.push(child);
  }
  const groups = graph ? groupsOf(nearest(parents, children)) : stages.map(() => null);
  return { order: orderOf(parents, children, groups), parents, groups };
}

// What one looks at to find parents that are implied, in a plan of any shape.
const mostSteps = 500_000;

/** Leaves out parents that another parent depends on. In a plan too tangled for that the rest stays as it is. */
function nearest(parents: readonly (readonly number[])[], children: readonly (readonly number[])[]): (readonly number[])[] {
  const depths = depthsOf(parents, children);
  let steps = 0;
  return parents.map((list) => {
    if (list.length < 2) return list;
    const shallowest = list.reduce((least, place) => Math.min(least, depths[place]!), Infinity);
    const known = new Set<number>();
    const open = list.filter((place) => depths[place]! > shallowest);
    while (open.length > 0 && steps < mostSteps) {
      for (const up of parents[open.pop()!]!) {
        steps++;
        if (depths[up]! < shallowest || known.has(up)) continue;
        known.add(up);
        open.push(up);
      }
    }
    return steps < mostSteps ? list.filter((place) => !known.has(place)) : list;
  });
}

/** How many stages stand one after the other before each. */
function depthsOf(parents: readonly (readonly number[])[], children: readonly (readonly number[])[]): number[] {
  const depths = parents.map(() => 0);
  const left = parents.map((list) => list.length);
  const ready = left.flatMap((count, place) => (count === 0 ? [place] : []));
  for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
    for (const child of children[place]!) {
      depths[child] = Math.max(depths[child]!, depths[place]! + 1);
      if (--left[child]! === 0) ready.push(child);
    }
  }
  return depths;
}

function groupsOf(parents: readonly (readonly number[])[]): (ParallelGroup | null)[] {
  const byParents = new Map<string, number[]>();
  parents.forEach((list, place) => {
    const key = [...list].sort((a, b) => a - b).join();
    const members = byParents.get(key);
    if (members) members.push(place);
    else byParents.set(key, [place]);
  });
  const groups: (ParallelGroup | null)[] = parents.map(() => null);
  for (const members of byParents.values()) {
    if (members.length < 2) continue;
    const group = { members };
    for (const place of members) groups[place] = group;
  }
  return groups;
}

// Each stage follows the first that makes it possible, as a reader of the file expects it; one that belongs to a group brings the others.
function orderOf(parents: readonly (readonly number[])[], children: readonly (readonly number[])[], groups: readonly (ParallelGroup | null)[]): number[] {
  const left = parents.map((list) => list.length);
  const order: number[] = [];
  const isPlaced = parents.map(() => false);
  const ready = new ReadyPlaces();
  left.forEach((count, place) => count === 0 && ready.add(place));
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    for (const place of groups[next]?.members ?? [next]) {
      if (isPlaced[place]) continue;
      isPlaced[place] = true;
      order.push(place);
      for (const child of children[place]!) if (--left[child]! === 0) ready.add(child);
    }
  }

  // A graph that has a circle is no plan of ours; its stages are shown all the same.
  isPlaced.forEach((placed, place) => !placed && order.push(place));
  return order;
}

/** The places that can come next, the smallest first. */
class ReadyPlaces {
  readonly #heap: number[] = [];

  add(place: number): void {
    const heap = this.#heap;
    let at = heap.push(place) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]! > place; up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = place;
  }

  take(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && heap[down + 1]! < heap[down]!) down++;
      if (heap[down]! >= last) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}
