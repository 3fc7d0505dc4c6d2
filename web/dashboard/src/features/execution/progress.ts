import type { ExecutionState } from '@sightglass/client';
import { shareDone } from '../../shared/executions/executions.js';

/** How far the items of the stages that fan out and run are; null where none does. */
export interface ItemProgress {
  readonly total: number;
  readonly ended: number;
  readonly failed: number;
  readonly running: number;
}

/** How far an execution is. */
export interface ExecutionProgress {
  /** From 0 to 1; null before its plan is known. Of a stage that fans out each item that has ended counts its part. */
  readonly share: number | null;
  readonly items: ItemProgress | null;
}

/** Reads off a state how far it is, the items of what runs with it. */
export function progressOf(execution: Pick<ExecutionState, 'status' | 'progress' | 'totalStages' | 'stages'>): ExecutionProgress {
  let parts = 0;
  const items = { total: 0, ended: 0, failed: 0, running: 0 };
  for (const { endTime, instances, count } of execution.stages) {
    if (!instances || endTime !== null) continue;
    const all = Math.max(count ?? 0, instances.length);
    let ended = 0;
    for (const instance of instances) {
      if (instance.endTime !== null) ended++;
      else if (instance.status === 'running') items.running++;
      if (instance.status === 'failed') items.failed++;
    }
    items.total += all;
    items.ended += ended;
    if (all > 0) parts += ended / all;
  }
  return { share: shareDone(execution, parts), items: items.total > 0 ? items : null };
}
