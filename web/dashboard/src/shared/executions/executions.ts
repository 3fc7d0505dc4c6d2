import type { components } from '@sightglass/client';

/** An execution as lists show it. */
export type ListedExecution = components['schemas']['ExecutionListItem'];

type Counted = Pick<ListedExecution, 'status' | 'progress' | 'totalStages'>;

/** Whether an execution ended without what it was for. */
const endedIll = ({ status }: Pick<Counted, 'status'>): boolean => status === 'failed' || status === 'cancelled';

/** How many stages of an execution are done: also those that need not run any more, unless it failed or was cancelled; then what completed alone counts. */
export const doneOf = ({ status, progress }: Pick<Counted, 'status' | 'progress'>): number =>
  endedIll({ status }) ? progress.completed : progress.completed + progress.skipped + progress.failed;

/**
 * How much of an execution is done, from 0 to 1; null before its plan is known. One that failed or was cancelled is never all done.
 * @param parts What is done of stages that run.
 */
export function shareDone(execution: Counted, parts = 0): number | null {
  const total = execution.progress.total || execution.totalStages;
  return total > 0 ? Math.min(endedIll(execution) ? 0.99 : 1, (doneOf(execution) + parts) / total) : null;
}

/** Says for what a person is waited for, and before which stage; null where nobody is. */
export function waitText({ waitingFor, waitingStageName }: Pick<ListedExecution, 'waitingFor' | 'waitingStageName'>): string | null {
  if (!waitingFor) return null;
  return `${waitingFor === 'breakpoint' ? 'At a breakpoint' : 'Waiting for approval'}${waitingStageName ? ` · ${waitingStageName}` : ''}`;
}

/** The first part of an id, enough to tell executions apart by eye. */
export const shortId = (id: string): string => id.slice(-8);

/** Where an execution is shown. */
export const linkTo = (id: string): string => `/executions/${encodeURIComponent(id)}`;

/** Where a person does what it waits for. */
export const linkToWait = ({ id, waitingStage }: Pick<ListedExecution, 'id' | 'waitingStage'>): string =>
  linkTo(id) + (waitingStage ? `?stage=${encodeURIComponent(waitingStage)}` : '');

/** Where all that is known of an execution is given as a file. */
export const exportOf = (id: string, format: ExportFormat): string => `/api/executions/${encodeURIComponent(id)}/export?format=${format}`;

export type ExportFormat = 'json' | 'ndjson' | 'csv' | 'dump';
