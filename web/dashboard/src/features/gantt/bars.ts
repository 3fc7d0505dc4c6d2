import type { components, StageState } from '@sightglass/client';
import type { Span } from './axis.js';

export type Attempt = components['schemas']['StageAttempt'];

/** A part of a stage's bar: waiting for its turn or for the next attempt, or running. */
export interface Bar extends Span {
  readonly kind: 'queue' | 'run';
  readonly status: string;
  /** Number of the attempt, where there are several. */
  readonly attempt?: number;
}

/** The attempts as they were known at a moment: later ones had not begun, and what ended later was still running. */
export const attemptsAt = (attempts: readonly Attempt[], now: number): Attempt[] =>
  attempts.filter(({ startTime }) => startTime <= now).map((attempt) =>
    attempt.endTime !== null && attempt.endTime > now ? { ...attempt, endTime: null, duration: null, status: 'running', error: null, output: null, willRetry: false } : attempt);

/** The bars of a stage up to a moment. Of a stage that was retried the bars of its attempts, where they are known. */
export function barsOf(stage: StageState, attempts: readonly Attempt[] | null, now: number): Bar[] {
  const { queuedAt, startTime, status } = stage;
  const end = stage.endTime ?? now;
  if (startTime === null) {
    const isOver = stage.endTime !== null;
    if (queuedAt === null || status === 'pending') return isOver ? [{ kind: 'run', from: end, to: end, status }] : [];
    return [{ kind: 'queue', from: queuedAt, to: Math.max(queuedAt, end), status }];
  }
  const bars: Bar[] = [];
  const tried = stage.attempt > 1 && attempts ? attemptsAt(attempts, now) : [];
  const first = tried[0]?.startTime ?? startTime;

  // Each attempt queues anew, so that this is the wait of the last one where the others are not known.
  if (queuedAt !== null && queuedAt < first) bars.push({ kind: 'queue', from: queuedAt, to: first, status: 'queued' });
  let before = first;
  for (const attempt of tried) {
    if (attempt.startTime > before) bars.push({ kind: 'queue', from: before, to: attempt.startTime, status: 'waiting' });
    before = Math.max(attempt.startTime, attempt.endTime ?? now);
    bars.push({ kind: 'run', from: attempt.startTime, to: before, status: attempt.status, attempt: attempt.attempt });
  }
  if (tried.length === 0) {
    // The last attempt has ended, and the next one is waited for.
    const isBetween = stage.endTime === null && status !== 'running' && stage.duration !== null;
    before = isBetween ? Math.min(now, startTime + stage.duration!) : end;
    bars.push({ kind: 'run', from: startTime, to: Math.max(startTime, before), status: isBetween && stage.error ? 'failed' : status });
  }
  if (stage.endTime === null && status !== 'running' && before < now) bars.push({ kind: 'queue', from: before, to: now, status });
  return bars;
}

/** From the first of its bars to the last; null where it has none. */
export const spanOf = (bars: readonly Bar[]): Span | null => (bars.length === 0 ? null : { from: bars[0]!.from, to: bars.at(-1)!.to });

/** Whether any two of them ran at the same time. */
export function overlap(spans: readonly (Span | null)[]): boolean {
  const sorted = spans.filter((span) => span !== null).sort((a, b) => a.from - b.from);
  return sorted.some((span, i) => i > 0 && span.from < sorted[i - 1]!.to);
}
