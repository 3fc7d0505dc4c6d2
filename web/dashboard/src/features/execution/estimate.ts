import type { ExecutionState } from '@sightglass/client';

/** How long executions of a pipeline took: the middle of the last ones that completed. */
export interface Usual {
  /** Milliseconds. */
  readonly duration: number;
  readonly count: number;
}

const fewest = 2;

/** Gives what is usual, where enough is known to say so. */
export function usualOf(past: readonly { duration?: number }[]): Usual | null {
  const durations = past.flatMap(({ duration }) => (duration === undefined ? [] : [duration])).sort((a, b) => a - b);
  if (durations.length < fewest) return null;
  const middle = durations.length >> 1;
  const duration = durations.length % 2 === 1 ? durations[middle]! : (durations[middle - 1]! + durations[middle]!) / 2;
  return { duration, count: durations.length };
}

/** Milliseconds that are left if it takes as long as usual; negative where it already took longer; null where nobody knows. */
export function timeLeft(state: ExecutionState, usual: Usual | null, now: number): number | null {
  if (usual === null || state.status !== 'running' || state.turn > 1) return null;
  return usual.duration - (now - state.startTime);
}
