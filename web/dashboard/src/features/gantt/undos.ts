import type { StageState } from '@sightglass/client';
import { shownStatus } from '../../shared/status.js';
import type { Bar } from './bar.js';

/** The beginning or the end of a stage's undo, as the log tells it. */
export interface UndoMoment {
  readonly seq: number;
  readonly at: number;
  readonly is: 'started' | 'completed' | 'failed';
}

/** What is known of a stage's undos, of each of its items apart. */
export type Undos = readonly (readonly UndoMoment[])[];

/** The bars of one stage or item: one that never started, since it could not be, is as short as a bar can be. */
function barsOfOne(moments: readonly UndoMoment[], now: number): Bar[] {
  const bars: Bar[] = [];
  let from: number | null = null;
  for (const { at, is } of moments) {
    if (at > now) break;
    if (is !== 'started') bars.push({ kind: 'undo', from: from ?? at, to: at, status: `undo.${is}` });
    from = is === 'started' ? at : null;
  }
  return from === null ? bars : [...bars, { kind: 'undo', from, to: now, status: 'undo.running' }];
}

/** The bars of what a rollback took back up to a moment; the items of a stage are one, however many they are. */
export function undoBarsOf(stage: StageState, undos: Undos, now: number): Bar[] {
  const bars = undos.flatMap((moments) => barsOfOne(moments, now));
  if (!stage.instances || bars.length < 2) return bars;
  const [from, to] = bars.reduce(([first, last], bar) => [Math.min(first, bar.from), Math.max(last, bar.to)], [Infinity, -Infinity]);
  return [{ kind: 'undo', from, to, status: shownStatus(stage) }];
}
