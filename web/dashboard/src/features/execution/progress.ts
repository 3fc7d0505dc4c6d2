import type { ExecutionState } from '@sightglass/client';

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
export function progressOf({ progress, totalStages, stages }: Pick<ExecutionState, 'progress' | 'totalStages' | 'stages'>): ExecutionProgress {
  const total = progress.total || totalStages;
  let done = progress.completed + progress.skipped + progress.failed;
  const items = { total: 0, ended: 0, failed: 0, running: 0 };
  for (const { endTime, instances, count } of stages) {
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
    if (all > 0) done += ended / all;
  }
  return { share: total > 0 ? Math.min(1, done / total) : null, items: items.total > 0 ? items : null };
}
