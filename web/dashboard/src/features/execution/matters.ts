import type { ExecutionState, StageState } from '@sightglass/client';

/** How long a stage is shown by itself at least, in milliseconds: stages that come and go faster could not be read. */
export const shortestLook = 1000;

/**
 * The stage to show while the reader has chosen none: the one that runs, else one between two tries, else the one that failed, else the one that was shown
 * before, else the one that ended last. Null before any has started.
 * @param before What was shown last; as long as it is at work it stays.
 */
export function stageThatMatters({ stages, failedStage }: ExecutionState, before: string | null): string | null {
  let running: StageState | null = null;
  let between: StageState | null = null;
  let failed: StageState | null = null;
  let last: StageState | null = null;
  for (const stage of stages) {
    const isShown = stage.key === before;

    // Between two attempts it is still the same work.
    if (isShown && stage.startTime !== null && stage.endTime === null) return before;
    if (stage.status === 'running') running ??= stage;
    else if (stage.waitingFor === 'retry' || stage.waitingFor === 'repeat') between ??= stage;
    else if (stage.status === 'failed' && (!failed || stage.key === failedStage)) failed = stage;
    else if (stage.startTime !== null && (isShown || (last?.key !== before && (last?.endTime ?? 0) <= (stage.endTime ?? 0)))) last = stage;
  }
  return (running ?? between ?? failed ?? last)?.key ?? null;
}

/**
 * The instance of a stage whose words to show: the one that is shown, until it ends; then one that runs, first the one that printed last, else the one that began
 * last; where none works the one that was shown; once all have ended the first that failed, else the one that was shown, or ended last. Null before any has started.
 */
export function instanceThatMatters(instances: readonly StageState[], printed: string | null, before: string | null): string | null {
  let running: StageState | null = null;
  let shown: StageState | null = null;
  let isOver = true;
  let failed: StageState | null = null;
  let last: StageState | null = null;
  for (const instance of instances) {
    if (instance.endTime === null) isOver = false;
    if (instance.startTime === null) continue;
    if (instance.key === before) {
      // Others print and begin all the time: who reads one must not be taken away from it.
      if (instance.endTime === null) return before;
      shown = instance;
    }
    if (instance.status === 'running' && running?.key !== printed && (instance.key === printed || (running?.startTime ?? 0) <= instance.startTime)) running = instance;
    if (instance.status === 'failed') failed ??= instance;
    if ((last?.endTime ?? 0) <= (instance.endTime ?? 0)) last = instance;
  }
  return (running ?? (isOver ? failed : null) ?? shown ?? failed ?? last)?.key ?? null;
}

/** The stage whose own words tell why a failed one failed: of a fan-out the first instance that failed, which its error names. */
export const failedOne = (stage: StageState): string => stage.instances?.find(({ status }) => status === 'failed')?.key ?? stage.key;
