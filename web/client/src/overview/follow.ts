import { askJson } from '../api/problem.js';
import { call, connect } from '../streaming/connection.js';
import { goingOn } from '../streaming/cursor.js';
import type { FollowingOverview, ListedExecution, OverviewChange, OverviewDeletion, OverviewOptions } from './following.js';

/**
 * Follows what changes of all executions: first those under way, then each change, by a stream or, where none comes through, by
 * polling. While nobody sees the page nothing is asked for, unless somebody wants it all the same.
 */
export function followOverview(options: OverviewOptions): FollowingOverview {
  let cursor: string | null = null;
  let needsState = true;

  const reset = () => {
    cursor = null;
    needsState = true;
  };

  async function loadState(signal: AbortSignal) {
    const state = await askJson<{ executions: ListedExecution[]; next?: string }>(options, '/api/executions', { signal, cache: 'no-store' });
    if (!signal.aborted) call(() => options.onState(state));
  }

  // Nothing here ever ends an overview.
  return connect(options, {
    path: () => '/api/feed',
    headers: () => goingOn(cursor),
    isKnown: () => !needsState,
    reset,

    // To have something to begin with is to be asked for always.
    get begin() {
      return options.isWantedUnseen?.() ? () => Promise.resolve() : undefined;
    },

    async read({ event, data, id }, signal) {
      const change: unknown = data && JSON.parse(data);

      // The list is read after the stream has begun: what happens in between comes as a change as well. Until it has been read
      // the cursor stays where it was, so that a failure on the way is made good by the next connection.
      if (needsState || event === 'reset') {
        needsState = true;
        await loadState(signal);
        if (signal.aborted) return;
        needsState = false;
      }
      cursor = id ?? cursor;
      if (event === 'deleted') call(() => options.onDelete?.(change as OverviewDeletion));
      else if (!event && change) call(() => options.onChange(change as OverviewChange));
    },

    async poll(signal, came) {
      // What is polled is newer than the cursor: the next stream begins where it begins, with a list of its own.
      reset();
      await loadState(signal);
      if (!signal.aborted) came(true);
      return false;
    },
  }) as FollowingOverview;
}
