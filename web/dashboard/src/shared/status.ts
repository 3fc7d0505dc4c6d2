import type { ExecutionStatus, StageState, StageStatus } from '@sightglass/client';

/** How a state looks: never by colour alone. `tone` names the colour in app.css. */
export interface StatusLook {
  label: string;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'waiting' | 'blocked' | 'cancelled';
  icon: string;
}

// The most urgent first.
const looks: Record<ExecutionStatus | StageStatus | 'breakpoint' | `undo.${string}`, StatusLook> = {
  failed: { label: 'Failed', tone: 'failed', icon: '✕' },
  'undo.failed': { label: 'Rollback failed', tone: 'failed', icon: '!' },
  running: { label: 'Running', tone: 'running', icon: '▶' },
  'undo.running': { label: 'Rolling back', tone: 'running', icon: '↶' },
  blocked: { label: 'Waiting for approval', tone: 'blocked', icon: '◆' },
  breakpoint: { label: 'At a breakpoint', tone: 'blocked', icon: '‖' },
  waiting: { label: 'Waiting', tone: 'waiting', icon: '◷' },
  paused: { label: 'Paused', tone: 'waiting', icon: '‖' },
  queued: { label: 'Queued', tone: 'queued', icon: '◔' },
  pending: { label: 'Pending', tone: 'queued', icon: '○' },
  completed: { label: 'Completed', tone: 'success', icon: '✓' },
  'undo.partly': { label: 'Partly rolled back', tone: 'waiting', icon: '↶' },
  'undo.completed': { label: 'Rolled back', tone: 'cancelled', icon: '↶' },
  skipped: { label: 'Skipped', tone: 'cancelled', icon: '↷' },
  cancelled: { label: 'Cancelled', tone: 'cancelled', icon: '⊘' },
};

type Undoable = Pick<StageState, 'status' | 'undo'> & { readonly waitingFor?: StageState['waitingFor'] };

/** The state by which a stage is shown: a completed one whose work a rollback takes back is not there as if it were kept, and one at a breakpoint waits for nobody's approval. */
export function shownStatus({ status, undo, waitingFor, instances }: Undoable & { instances?: readonly Undoable[] }): string {
  if (status === 'blocked' && waitingFor === 'breakpoint') return waitingFor;
  if (undo || status !== 'completed' || !instances) return undo ? `undo.${undo}` : status;
  const undos = new Set(instances.filter((instance) => instance.status === 'completed').map((instance) => instance.undo));
  const shown = ['running', 'failed', 'completed'].find((one) => undos.has(one));
  return shown ? `undo.${shown === 'completed' && undos.has(null) ? 'partly' : shown}` : status;
}

/** Tells whether a rollback took a stage's work back, or tries to. */
export const isUndone = (stage: Parameters<typeof shownStatus>[0]): boolean => shownStatus(stage).startsWith('undo');

/** Tells whether this dashboard knows a state. */
export const isStatus = (status: string): boolean => Object.hasOwn(looks, status);

/** Gives the look of a state; one that this dashboard does not know is shown by its name. */
export const lookOf = (status: string): StatusLook => looks[status as StageStatus] ?? { label: status, tone: 'queued', icon: '?' };

/** How many of several stages are shown in which state, the most urgent first. */
export function tallyOf(stages: readonly StageState[]): [status: string, count: number][] {
  const order = Object.keys(looks);
  const counts = new Map<string, number>();
  for (const stage of stages) {
    const status = shownStatus(stage);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

/** A tally in words: `3 failed, 12 completed`. */
export const tallyText = (tally: Iterable<readonly [status: string, count: number]>): string => [...tally].map(([status, count]) => `${count} ${lookOf(status).label.toLowerCase()}`).join(', ');
