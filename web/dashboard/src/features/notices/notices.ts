import type { ExecutionState } from '@sightglass/client';
import type { ListedExecution } from '../../shared/executions/executions.js';

/** Something that a person who is not looking may want to know. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** How long nothing has to come from an execution that runs until it counts as stalled, in milliseconds. */
export const stalledAfter = 5 * 60_000;

const isUnderWay = ({ status }: ListedExecution) => status === 'queued' || status === 'running' || status === 'paused';

/** What a list would say of an execution that was asked for by itself. */
export function rowOf({ id, pipelineId, pipelineName, startTime, status, progress, endTime, error, stages, debug }: ExecutionState): Partial<ListedExecution> {
  const stop = debug?.stoppedAt ?? null;
  const all = endTime === null ? stages.flatMap((stage) => [stage, ...(stage.instances ?? [])]) : [];
  const waiting = all.find(({ key, approvals }) => (stop === null ? approvals.length > 0 : key === stop));
  return {
    id, pipelineId, pipelineName, startTime, status, progress, endTime: endTime ?? undefined, error: error?.message,
    waitingFor: waiting && (stop === null ? 'approval' : 'breakpoint'), waitingStage: waiting?.key, waitingStageName: waiting?.name,
  };
}

/** What is worth telling of the step from one row of an execution to the next; `before` is null where it was not known. */
export function noticeOf(before: ListedExecution | null, after: ListedExecution): Notice | null {
  const name = after.pipelineName;
  if (!isUnderWay(after)) return before !== null && !isUnderWay(before) ? null : endOf(after);
  const stage = after.waitingStageName ?? after.waitingStage ?? '';
  if (!after.waitingFor || (before?.waitingFor === after.waitingFor && before.waitingStage === after.waitingStage)) return null;
  return { title: after.waitingFor === 'breakpoint' ? `${name} stopped at a breakpoint` : `${name} waits for an approval`, body: stage };
}

function endOf({ pipelineName, status, progress, error }: ListedExecution): Notice {
  if (status === 'completed') return { title: `${pipelineName} completed`, body: `${progress.completed} of ${progress.total} stages completed.` };
  if (status === 'cancelled') return { title: `${pipelineName} was cancelled`, body: error ?? '' };
  return { title: `${pipelineName} failed`, body: error ?? '' };
}

export const stalledNotice = ({ pipelineName, progress }: ListedExecution): Notice => ({
  title: `${pipelineName} says nothing`, body: `For ${stalledAfter / 60_000} minutes no event has come; ${progress.running} ${progress.running === 1 ? 'stage runs' : 'stages run'}.`,
});

/** Whether silence of an execution means something: it runs a stage, and nobody is waited for. */
export const mayStall = (row: ListedExecution): boolean => row.status === 'running' && row.progress.running > 0 && !row.waitingFor;
