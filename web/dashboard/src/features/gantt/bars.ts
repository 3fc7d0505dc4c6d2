import type { components, StageState } from '@sightglass/client';
import type { Span } from './axis.js';
import type { Bar } from './bar.js';
import { undoBarsOf } from './undos.js';
import type { Undos } from './undos.js';

export type Attempt = components['schemas']['StageAttempt'];

/** The beginning of a wait for a person, an event or a time, as the log tells it. */
export interface Wait {
  readonly seq: number;
  readonly from: number;
  readonly for: string;
}

/** The attempts as they were known at a moment: later ones had not begun, and what ended later was still running. */
export const attemptsAt = (attempts: readonly Attempt[], now: number): Attempt[] =>
  attempts.filter(({ startTime }) => startTime <= now).map((attempt) =>
    attempt.endTime !== null && attempt.endTime > now ? { ...attempt, endTime: null, duration: null, status: 'running', error: null, output: null, willRetry: false, lost: false } : attempt);

/**
 * The bars of a stage up to a moment. Of a stage that was retried the bars of its attempts, where they are known; where it waited
 * stands in place of what it was otherwise.
 */
export function barsOf(stage: StageState, attempts: readonly Attempt[] | null, now: number, waits: readonly Wait[] = [], undos: Undos = []): Bar[] {
  const told = [...waitsOf(stage, attempts, now, waits), ...undoBarsOf(stage, undos, now)];
  const rest = told.reduce((bars, one) => bars.flatMap((bar) => without(bar, one)), turnsOf(stage, attempts, now));
  return told.length === 0 ? rest : [...rest, ...told].sort((a, b) => a.from - b.from || a.to - b.to);
}

// A wait ends with the next thing that is known of the stage.
function waitsOf({ queuedAt, startTime, endTime }: StageState, attempts: readonly Attempt[] | null, now: number, waits: readonly Wait[]): Bar[] {
  const end = Math.min(now, endTime ?? now);
  const known = waits.filter(({ from }) => from < end);
  const times = known.length === 0 ? [] : [queuedAt, startTime, ...(attempts ?? []).flatMap((attempt) => [attempt.startTime, attempt.endTime])];
  return known.map(({ from, for: reason }, i) => {
    // A stage whose work it is to wait has started just before.
    const to = times.reduce<number>((first, at) => (at !== null && at > from + 1 && at < first ? at : first), Math.min(end, known[i + 1]?.from ?? end));
    return { kind: 'wait', from, to, status: 'waiting', for: reason };
  });
}

const without = (bar: Bar, { from, to }: Span): Bar[] =>
  bar.to <= from || bar.from >= to ? [bar] : [...(bar.from < from ? [{ ...bar, to: from }] : []), ...(bar.to > to ? [{ ...bar, from: to }] : [])];

function turnsOf(stage: StageState, attempts: readonly Attempt[] | null, now: number): Bar[] {
  const { queuedAt, startTime, status } = stage;
  const end = stage.endTime ?? now;
  if (startTime === null) {
    const isOver = stage.endTime !== null;
    if (status === 'skipped' || (status === 'cancelled' && queuedAt === null)) return [];
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
    if (attempt.startTime > before) bars.push({ kind: 'wait', from: before, to: attempt.startTime, status: 'waiting', for: 'retry' });
    before = Math.max(attempt.startTime, attempt.endTime ?? now);
    bars.push({ kind: 'run', from: attempt.startTime, to: before, status: attempt.status, attempt: attempt.attempt, ...(attempt.lost && { isLost: true }) });
  }
  if (tried.length === 0) {
    // The last attempt has ended, and the next one is waited for.
    const isBetween = stage.endTime === null && status !== 'running' && stage.duration !== null;
    before = isBetween ? Math.min(now, startTime + stage.duration!) : end;
    bars.push({ kind: 'run', from: startTime, to: Math.max(startTime, before), status: isBetween && stage.error ? 'failed' : status, ...(stage.lost && status !== 'running' && { isLost: true }) });
  }
  if (stage.endTime === null && status !== 'running' && before < now) {
    bars.push(status === 'queued' ? { kind: 'queue', from: before, to: now, status } : { kind: 'wait', from: before, to: now, status, ...(stage.waitingFor !== null && { for: stage.waitingFor }) });
  }
  return bars;
}

/** From the first of its bars to the last; null where it has none. */
export const spanOf = (bars: readonly Bar[]): Span | null => (bars.length === 0 ? null : { from: bars[0]!.from, to: bars.reduce((last, { to }) => Math.max(last, to), -Infinity) });

/** How long those of a kind are together, in milliseconds. */
export const lengthOf = (bars: readonly Bar[], kind: Bar['kind']): number => bars.reduce((sum, bar) => (bar.kind === kind ? sum + bar.to - bar.from : sum), 0);

/**
 * When a stage was at work or in line for it. Waiting for a time, an event, a person or the next try is idle; of a stage whose earlier
 * tries are not known nothing before its last one is taken for idle.
 */
export function busyOf(stage: StageState, attempts: readonly Attempt[] | null, now: number, waits: readonly Wait[], start: number, undos: Undos = []): Span[] {
  const busy = barsOf(stage, attempts, now, waits, undos).filter(({ kind }) => kind === 'queue' || kind === 'undo' || (kind === 'run' && stage.type !== 'wait'));
  return stage.attempt > 1 && !attempts && !stage.instances && stage.startTime !== null ? [{ from: start, to: stage.startTime }, ...busy] : busy;
}
