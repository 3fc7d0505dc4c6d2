import { duration } from '../format.js';

/** How long executions take as a rule: the median of past ones, in milliseconds; null where there are none. */
export function typicalOf(past: readonly { duration?: number; turn?: number }[]): number | null {
  // A later turn runs only what was left.
  const durations = past.flatMap(({ duration, turn = 1 }) => (duration === undefined || turn > 1 ? [] : [duration])).sort((a, b) => a - b);
  const middle = durations.length >> 1;
  if (durations.length === 0) return null;
  return durations.length % 2 === 1 ? durations[middle]! : (durations[middle - 1]! + durations[middle]!) / 2;
}

/** What is left in words, in whole seconds: nobody knows it better. */
export const leftText = (left: number, typical: number | null): string =>
  left > 0 ? `about ${duration(Math.ceil(left / 1000) * 1000).replace('.0', '')} left` : `longer than usual (${duration(typical)})`;

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
