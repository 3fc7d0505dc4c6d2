import type { ExecutionEvent } from '../fold/index.js';
import type { ParkedReason } from './following.js';

/** Events of a log after a cursor, as JSON. */
export interface EventPage {
  events: ExecutionEvent[];
  /** Up to where the log was read. */
  last: number;
  complete: boolean;
  parked?: ParkedReason;
}
