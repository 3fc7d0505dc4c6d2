import type { ExecutionEvent } from '../fold/index.js';
import type { FollowOptions, ParkedReason } from './following.js';

/** Events of a log after a cursor, as JSON. */
export interface EventPage {
  events: ExecutionEvent[];
  /** Up to where the log was read. */
  last: number;
  complete: boolean;
  parked?: ParkedReason;
}

/** The address of the events after a cursor, narrowed as the viewer asks. */
export function eventsPath(execution: string, options: FollowOptions, after: number, limit?: number): string {
  const query = new URLSearchParams({ after: String(after) });
  if (limit) query.set('limit', String(limit));
  if (options.stages?.length) query.set('stages', options.stages.join(','));
  if (options.types?.length) query.set('types', options.types.join(','));
  return `${execution}/events?${query}`;
}
