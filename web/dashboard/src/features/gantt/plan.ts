import type { ExecutionGraph } from '../../shared/execution.js';
import { planOf } from '../../shared/executions/plan.js';

/** Stages in the order of the plan, those that are parallel to each other together. */
export interface Block {
  /** One of the ids; null for a stage that stands alone. */
  readonly id: string | null;
  readonly stages: readonly string[];
}

/** Puts stages side by side as the list does. */
export function blocksOf(ids: readonly string[], graph: ExecutionGraph | null): Block[] {
  const { order, groups } = planOf(ids.map((id) => ({ id })), graph);
  return order.flatMap((place): Block[] => {
    const group = groups[place];
    if (!group) return [{ id: null, stages: [ids[place]!] }];
    const [first] = group.members;
    return place === first ? [{ id: ids[first]!, stages: group.members.map((member) => ids[member]!) }] : [];
  });
}
