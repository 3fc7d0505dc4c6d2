import type { StageState } from '@sightglass/client';
import { parallelText } from '../../shared/executions/plan.js';
import { count, duration, time, tookText } from '../../shared/format.js';
import { reasonText } from '../../shared/reasons.js';
import { lookOf, shownStatus, tallyOf, tallyText } from '../../shared/status.js';
import { waitedFor } from '../../shared/waits.js';
import { barsOf, lengthOf, spanOf } from './bars.js';
import type { Bar } from './bar.js';
import type { Attempt, Wait } from './bars.js';
import type { Row } from './rows.js';
import type { Undos } from './undos.js';

/** A time of day to the millisecond. */
const exact = (at: number, now: number) => `${time(at, now)}.${String(Math.floor(at) % 1000).padStart(3, '0')}`;

/** What a group is called: how many stand side by side, and how many of them ran at the same time. */
function groupName(stages: readonly StageState[], now: number): string {
  return parallelText(stages, now) ?? `${count(stages.length)} side by side`;
}

/** How long what a row shows took, in milliseconds: what its worker measured, which every other view tells too; of several tries all are counted. Null before it starts. */
export function tookOf(row: Row, bars: readonly Bar[], now: number): number | null {
  if (row.kind === 'group') {
    const span = spanOfAll(row.stages, now);
    return span && span.to - span.from;
  }
  if (row.kind === 'attempt') return row.attempt.endTime === null ? now - row.attempt.startTime : row.attempt.duration ?? row.attempt.endTime - row.attempt.startTime;
  const { attempt, startTime, endTime, duration: measured } = row.stage;
  if (attempt <= 1 && endTime !== null && measured !== null) return measured;
  const took = lengthOf(bars, 'run') || lengthOf(bars, 'wait');
  return took > 0 || startTime !== null ? took : null;
}

/** Whether what a row shows took longer than is known: an attempt was lost, which ended when that was found, at the latest. */
export const isAtMost = (bars: readonly Bar[]): boolean => bars.some(({ isLost }) => isLost);

/** What a rollback did, in words. */
function undoText(bars: readonly Bar[], now: number): string[] {
  const undo = bars.filter(({ kind }) => kind === 'undo').at(-1);
  if (!undo) return [];
  const runs = undo.status === 'undo.running';
  return [`undo started ${exact(undo.from, now)}`, runs ? `undo runs for ${duration(undo.to - undo.from)}` : `undo ended ${exact(undo.to, now)}, took ${duration(undo.to - undo.from)}`];
}

/** What a bar shows, in words: its state and its exact times. */
export function detailOf(row: Row, attempts: readonly Attempt[] | null, now: number, waits: readonly Wait[] = [], undos: Undos = []): string {
  if (row.kind === 'group') return tallyText(tallyOf(row.stages));
  if (row.kind === 'attempt') {
    const { attempt: { startTime, endTime, status, lost, error } } = row;
    const took = tookText(tookOf(row, [], now), lost);
    return [lookOf(status).label, `started ${exact(startTime, now)}`, endTime === null ? `runs for ${took}` : `ended ${exact(endTime, now)}`, endTime === null ? '' : `ran ${took}`, lost ? 'its worker was lost' : '', error?.message ?? ''].filter(Boolean).join(' · ');
  }
  const { stage } = row;
  const bars = barsOf(stage, attempts, now, waits, undos);
  const isLost = isAtMost(bars);
  const reasons = [...new Set(bars.flatMap((bar) => (bar.kind === 'wait' ? [bar.for ?? ''] : [])))];
  return [
    lookOf(shownStatus(stage)).label,
    stage.instances ? `${stage.instances.length} items: ${tallyText(tallyOf(stage.instances)) || 'none'}` : '',
    stage.attempt > 1 ? `attempt ${stage.attempt}` : '',
    stage.queuedAt === null ? '' : `queued ${exact(stage.queuedAt, now)}`,
    stage.startTime === null ? '' : `started ${exact(stage.startTime, now)}`,
    stage.endTime === null ? '' : `ended ${exact(stage.endTime, now)}`,
    lengthOf(bars, 'queue') > 0 ? `waited ${duration(lengthOf(bars, 'queue'))} for a slot` : '',
    ...reasons.map((reason) => `waited ${duration(lengthOf(bars.filter((bar) => (bar.for ?? '') === reason), 'wait'))}${reason ? ` for ${waitedFor(reason)}` : ''}`),
    lengthOf(bars, 'run') > 0 ? `ran ${tookText(tookOf(row, bars, now), isLost)}` : '',
    isLost ? (stage.attempt > 1 ? 'a worker was lost' : 'its worker was lost') : '',
    ...undoText(bars, now),
    stage.waitingFor ? `waits for ${waitedFor(stage.waitingFor)}` : '',
    stage.reason ? reasonText(stage.reason) : '',
  ].filter(Boolean).join(' · ');
}

/** What a row is called. */
export function nameOf(row: Row, now: number): string {
  if (row.kind === 'group') return groupName(row.stages, now);
  if (row.kind === 'attempt') return `Attempt ${row.attempt.attempt}`;
  return row.kind === 'instance' ? row.key : row.stage.name;
}

/** From the first bar of several stages to the last. */
export function spanOfAll(stages: readonly StageState[], now: number): { from: number; to: number } | null {
  let [from, to] = [Infinity, -Infinity];
  for (const stage of stages) {
    const span = spanOf(barsOf(stage, null, now));
    if (!span) continue;
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  return from <= to ? { from, to } : null;
}
