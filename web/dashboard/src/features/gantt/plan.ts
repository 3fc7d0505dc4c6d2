import type { ExecutionGraph } from '../../shared/execution.js';

/** Stages in the order of the plan, those that are parallel to each other together. */
export interface Block {
  /** One of the ids; null for a stage that stands alone. */
  readonly id: string | null;
  readonly stages: readonly string[];
}

/**
 * Groups the stages that depend on the same ones. In a graph without circles no path leads from one of them to another: the
 * last stage before its end would be among what the first depends on.
 */
export function blocksOf(ids: readonly string[], graph: ExecutionGraph | null): Block[] {
  if (!graph) return ids.map((id) => ({ id: null, stages: [id] }));
  const known = new Set(ids);
  const parents = new Map<string, Set<string>>();
  for (const { from, to } of graph.edges) {
    if (!known.has(from) || !known.has(to) || from === to) continue;
    const of = parents.get(to);
    if (of) of.add(from);
    else parents.set(to, new Set([from]));
  }
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const key = [...(parents.get(id) ?? [])].sort().join('\n');
    const group = groups.get(key);
    if (group) group.push(id);
    else groups.set(key, [id]);
  }
  return [...groups.values()].map((stages) => ({ id: stages.length > 1 ? stages[0]! : null, stages }));
}
