import type { ExecutionState } from '@sightglass/client';

const fewest = 2;

/** How long executions take as a rule: the median of past ones, in milliseconds; null where there are too few to tell. */
export function typicalOf(past: readonly { duration?: number }[]): number | null {
  const durations = past.flatMap(({ duration }) => (duration === undefined ? [] : [duration])).sort((a, b) => a - b);
  const middle = durations.length >> 1;
  if (durations.length < fewest) return null;
  return durations.length % 2 === 1 ? durations[middle]! : (durations[middle - 1]! + durations[middle]!) / 2;
}

/**
 * Milliseconds that are left if it takes as long as executions of its pipeline do as a rule; negative where it already took
 * longer; null where nobody knows.
 */
export function timeLeft(state: ExecutionState, typical: number | null, now: number): number | null {
  if (typical === null || state.status !== 'running' || state.turn > 1) return null;
  return typical - (now - state.startTime);
}
