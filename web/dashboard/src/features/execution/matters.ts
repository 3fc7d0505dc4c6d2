import type { ExecutionState, StageState } from '@sightglass/client';

/** How long a stage is shown by itself at least, in milliseconds: stages that come and go faster could not be read. */
export const shortestLook = 1000;

/**
 * The stage to show while the reader has chosen none: the one that runs, else the one that failed, else the one that was shown
 * before, else the one that ended last. Null before any has started.
 * @param before What was shown last; as long as it is at work it stays.
 */
export function stageThatMatters({ stages, failedStage }: ExecutionState, before: string | null): string | null {
  let running: StageState | null = null;
  let failed: StageState | null = null;
  let last: StageState | null = null;
  for (const stage of stages) {
    const isShown = stage.key === before;

    // Between two attempts it is still the same work.
    if (isShown && stage.startTime !== null && stage.endTime === null) return before;
    if (stage.status === 'running') running ??= stage;
    else if (stage.status === 'failed' && (!failed || stage.key === failedStage)) failed = stage;
    else if (stage.startTime !== null && (isShown || (last?.key !== before && (last?.endTime ?? 0) <= (stage.endTime ?? 0)))) last = stage;
  }
  return (running ?? failed ?? last)?.key ?? null;
}
