import type { StageState } from '@sightglass/client';
import { duration } from '../../shared/format.js';
import { shownStatus } from '../../shared/status.js';
import type { StageFacts } from './definition.js';

/** What a type of stage is called, with the sign that stands for it in texts. */
const signs: Record<string, string> = { agent: '🤖 agent', data: '⚙️ data', branch: '◆ branch', http: '🌐 http', shell: '▣ shell', wait: '⏱ wait', code: '⟨⟩ code', pipeline: '⛓ pipeline' };
export const typeText = (type: string): string => signs[type] ?? type;

/** `attempt 2/3`; nothing for the only attempt there can be. */
export function attemptText({ attempt, iteration }: StageState, facts: StageFacts | undefined): string {
  const most = facts?.maxAttempts ?? 1;
  const repeat = iteration > 1 ? `, round ${iteration}` : '';
  if (attempt === 0 || (attempt === 1 && most === 1)) return repeat.slice(2);
  return `attempt ${attempt}${most >= attempt ? `/${most}` : most > 1 ? `, ${most} a turn` : ''}${repeat}`;
}

const waits: Record<string, string> = {
  retry: 'waiting for its next attempt', repeat: 'waiting for its next round',
  timer: 'waiting for a time', event: 'waiting for an event',
};

/** Why a stage does not run yet, in words; null where it does, or has. `parents` are those that it depends on and that have not ended. */
export function waitText({ status, waitingFor, due }: StageState, parents: readonly StageState[], now: number): string | null {
  const until = due !== null && due > now ? `, ${duration(Math.ceil((due - now) / 1000) * 1000)} left` : '';
  switch (status) {
    case 'pending':
      return parents.length > 0 ? `waiting for ${parents.length} stage${parents.length === 1 ? '' : 's'}` : 'not started';
    case 'queued': return 'waiting for a free worker';
    case 'blocked': return until.slice(2) || null;
    case 'waiting':
      return (waitingFor === null ? 'waiting' : waits[waitingFor] ?? `waiting for: ${waitingFor}`) + until;
    default: return null;
  }
}

/** What a rollback did, or does, in words; null where there was none. */
export function rollbackText(stages: readonly StageState[]): string | null {
  const undos = stages.map(shownStatus).filter((status) => /^undo\.[^p]/.test(status));
  if (undos.length === 0) return null;
  const undone = undos.filter((status) => status === 'undo.completed').length;
  return `The rollback ${undos.includes('undo.running') ? 'runs' : undone < undos.length ? 'failed' : 'completed'}: ${undone} of ${undos.length} rolled back.`;
}

const firstParents = 12;

/** The stages that one waits for, for a title. */
export const parentsText = (parents: readonly StageState[]): string | undefined =>
  parents.length === 0 ? undefined : parents.slice(0, firstParents).map(({ name }) => name).join(', ') + (parents.length > firstParents ? ` and ${parents.length - firstParents} more` : '');

/** How long a stage runs by now, in whole seconds from the first moment on. */
export const runsFor = (milliseconds: number): string => (milliseconds < 1000 ? '0.0 s' : duration(Math.floor(milliseconds / 1000) * 1000));
