import type { ExecutionEvent } from '@sightglass/client';
import { api } from '../../shared/api.js';

/** So many events are read at once, and so many times over; of a log with more of them the first are shown. */
const limits = { atOnce: 1000, pages: 20 };

/** Reads what a log has of some types. */
export async function readEvents(id: string, types: ExecutionEvent['type'][], signal: AbortSignal, take: (events: readonly ExecutionEvent[]) => void): Promise<void> {
  let after = 0;
  for (let page = 0; page < limits.pages; page++) {
    const { events, last } = await api.get('/api/executions/{id}/events', { path: { id }, query: { after, limit: limits.atOnce, types }, signal });
    take(events as ExecutionEvent[]);
    if (events.length < limits.atOnce) return;
    after = last;
  }
}
