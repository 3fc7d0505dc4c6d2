import type { ExecutionStatus, StageStatus } from '@sightglass/client';

/** How a state looks: never by colour alone. `tone` names the colour in app.css. */
export interface StatusLook {
  label: string;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'waiting' | 'blocked' | 'cancelled';
  icon: string;
}

const looks: Record<ExecutionStatus | StageStatus, StatusLook> = {
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
};

/** Gives the look of a state; one that this dashboard does not know is shown by its name. */
export const lookOf = (status: string): StatusLook => looks[status as StageStatus] ?? { label: status, tone: 'queued', icon: '?' };
