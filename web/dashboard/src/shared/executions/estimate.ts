/** How long executions take as a rule: the median of past ones, in milliseconds; null where there are none. */
export function typicalOf(past: readonly { duration?: number; turn?: number }[]): number | null {
  // A later turn runs only what was left.
  const durations = past.flatMap(({ duration, turn = 1 }) => (duration === undefined || turn > 1 ? [] : [duration])).sort((a, b) => a - b);
  const middle = durations.length >> 1;
  if (durations.length === 0) return null;
  return durations.length % 2 === 1 ? durations[middle]! : (durations[middle - 1]! + durations[middle]!) / 2;
}

interface Timed {
  readonly status: string;
  readonly startTime: number;
  readonly turn?: number;
}

/**
 * Milliseconds that are left if it takes as long as executions of its pipeline do as a rule; negative where it already took
 * longer; null where nobody knows.
 */
export function timeLeft(execution: Timed, typical: number | null, now: number): number | null {
  if (typical === null || execution.status !== 'running' || (execution.turn ?? 1) > 1) return null;
  return typical - (now - execution.startTime);
}
