import type { ExecutionStatus, StageState, StageStatus } from '@sightglass/client';

/** How a state looks: never by colour alone. `tone` names the colour in app.css. */
export interface StatusLook {
  label: string;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'waiting' | 'blocked' | 'cancelled';
  icon: string;
}

const looks: Record<ExecutionStatus | StageStatus | `undo.${string}`, StatusLook> = {
  pending: { label: 'Pending', tone: 'queued', icon: '○' },
  queued: { label: 'Queued', tone: 'queued', icon: '◔' },
  running: { label: 'Running', tone: 'running', icon: '▶' },
  waiting: { label: 'Waiting', tone: 'waiting', icon: '◷' },
  paused: { label: 'Paused', tone: 'waiting', icon: '‖' },
  blocked: { label: 'Blocked', tone: 'blocked', icon: '◆' },
  completed: { label: 'Completed', tone: 'success', icon: '✓' },
  failed: { label: 'Failed', tone: 'failed', icon: '✕' },
  skipped: { label: 'Skipped', tone: 'cancelled', icon: '↷' },
  cancelled: { label: 'Cancelled', tone: 'cancelled', icon: '⊘' },
  'undo.running': { label: 'Rolling back', tone: 'running', icon: '↶' },
  'undo.completed': { label: 'Rolled back', tone: 'cancelled', icon: '↶' },
  'undo.partly': { label: 'Partly rolled back', tone: 'waiting', icon: '↶' },
  'undo.failed': { label: 'Rollback failed', tone: 'failed', icon: '!' },
};

type Undoable = Pick<StageState, 'status' | 'undo'>;

/** The state by which a stage is shown: a completed one whose work a rollback takes back is not there as if it were kept. */
export function shownStatus({ status, undo, instances }: Undoable & { instances?: readonly Undoable[] }): string {
  if (undo || status !== 'completed' || !instances) return undo ? `undo.${undo}` : status;
  const undos = new Set(instances.filter((instance) => instance.status === 'completed').map((instance) => instance.undo));
  const shown = ['running', 'failed', 'completed'].find((one) => undos.has(one));
  return shown ? `undo.${shown === 'completed' && undos.has(null) ? 'partly' : shown}` : status;
}

/** Gives the look of a state; one that this dashboard does not know is shown by its name. */
export const lookOf = (status: string): StatusLook => looks[status as StageStatus] ?? { label: status, tone: 'queued', icon: '?' };
