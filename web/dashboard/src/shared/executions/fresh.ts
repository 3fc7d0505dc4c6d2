import type { ListedExecution } from './executions.js';

type Row = Omit<ListedExecution, 'seq'>;

const isUnderWay = ({ status }: Row) => status === 'queued' || status === 'running' || status === 'paused';

const differs = (a: Row, b: Row) =>
  a.status !== b.status || a.endTime !== b.endTime || a.duration !== b.duration || a.error !== b.error || a.cost !== b.cost || a.totalStages !== b.totalStages || a.waitingStage !== b.waitingStage || a.waitingFor !== b.waitingFor ||
  a.startTime !== b.startTime || a.currentStageId !== b.currentStageId || a.progress.completed !== b.progress.completed ||
  a.progress.failed !== b.progress.failed || a.progress.skipped !== b.progress.skipped || a.progress.running !== b.progress.running;

/** Puts newer rows in the place of what a list shows of the same executions; the same list where nothing differs. */
export function refreshed<T extends Row>(shown: readonly T[], newer: readonly Row[]): readonly T[] {
  const byId = new Map(newer.map((row) => [row.id, row]));
  let isSame = true;
  const all = shown.map((one) => {
    const row = byId.get(one.id);
    if (!row || !differs(one, row)) return one;
    isSame = false;

    // One that was taken up again has no end any more, and one that goes on waits for nobody.
    return { ...one, endTime: undefined, duration: undefined, error: undefined, waitingFor: undefined, waitingStage: undefined, waitingStageName: undefined, ...row };
  });
  return isSame ? shown : all;
}

/**
 * Says in a word which executions a list has to be read again for: those it shows as under way that are so no longer, and those
 * that it does not show. Empty where there are none.
 */
export function unsettled(shown: readonly Row[], live: readonly Row[], isWhole: boolean, fits: ((row: Row) => boolean) | null): string {
  const known = new Set(live.map((row) => row.id));
  const ids = new Set(shown.map((row) => row.id));
  const lost = isWhole ? shown.filter((row) => isUnderWay(row) && !known.has(row.id)) : [];
  const unseen = fits ? live.filter((row) => !ids.has(row.id) && fits(row)) : [];
  return [...lost, ...unseen].map((row) => `${row.id} ${row.status}`).join();
}

/** Those of the newest that a list does not show yet. */
export function unseenOf<T extends Row>(shown: readonly Row[], newest: readonly T[]): T[] {
  const ids = new Set(shown.map((row) => row.id));
  return newest.filter((row) => !ids.has(row.id));
}
