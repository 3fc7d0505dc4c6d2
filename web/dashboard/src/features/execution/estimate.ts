import type { ExecutionState } from '@sightglass/client';

/**
 * Milliseconds that are left if it takes as long as executions of its pipeline do as a rule; negative where it already took
 * longer; null where nobody knows.
 */
export function timeLeft(state: ExecutionState, typical: number | null, now: number): number | null {
  if (typical === null || state.status !== 'running' || state.turn > 1) return null;
  return typical - (now - state.startTime);
}
