import type { components } from '@sightglass/client';

/** An execution as lists show it. */
export type ListedExecution = components['schemas']['ExecutionListItem'];

/** How much of an execution is done, from 0 to 1; null before its plan is known. */
export function shareDone({ progress, totalStages }: Pick<ListedExecution, 'progress' | 'totalStages'>): number | null {
  const total = progress.total || totalStages;
  return total > 0 ? Math.min(1, (progress.completed + progress.skipped + progress.failed) / total) : null;
}

/** Says for what a person is waited for, and before which stage; null where nobody is. */
export function waitText({ waitingFor, waitingStageName }: Pick<ListedExecution, 'waitingFor' | 'waitingStageName'>): string | null {
  if (!waitingFor) return null;
  return `${waitingFor === 'breakpoint' ? 'At a breakpoint' : 'Waits for approval'}${waitingStageName ? ` · ${waitingStageName}` : ''}`;
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
