import type { ExecutionState } from '@sightglass/client';
import { rollbackText } from './rowText.js';

/** Why an execution stands as it does, told above it. */
export interface Banner {
  readonly tone: 'failed' | 'waiting' | 'cancelled';
  readonly title: string;
  readonly text: string | null | undefined;
  /** The stage that it is about. */
  readonly stage?: string | null;
}

/** What is to be told of an execution; null while it simply runs, and where it completed. */
export function bannerOf({ status, stages, failedStage, error, parked, debug, reason, cancelling, group }: ExecutionState): Banner | null {
  const nameOf = (key: string) => stages.find((stage) => stage.key === key)?.name ?? key;
  if (status === 'failed') return { tone: 'failed', title: failedStage ? `${nameOf(failedStage)} failed.` : 'It failed.', text: [error?.message, rollbackText(stages)].filter(Boolean).join(' · '), stage: failedStage };
  if (parked) return { tone: 'failed', title: 'It stands still for a defect.', text: `${parked.message} (${parked.code}) Another start of the server tries again.` };
  if (status === 'paused') {
    const stage = debug?.stoppedAt;
    return { tone: 'waiting', title: 'It is paused.', text: stage ? `It stands before ${nameOf(stage)}, at a breakpoint.` : reason ?? 'What runs goes on to its end; nothing new starts.', stage };
  }
  if (cancelling) return { tone: 'cancelled', title: 'It is being cancelled.', text: reason ?? 'What runs was told to stop.' };
  if (status === 'cancelled' && reason) return { tone: 'cancelled', title: 'It was cancelled.', text: reason };
  return group?.waiting ? { tone: 'waiting', title: `It waits for a slot of the group ${group.name}.`, text: `${group.limit} run at once${group.position === undefined ? '.' : `; it is number ${group.position + 1} in the line.`}` } : null;
}
