import { askJson } from '../api/problem.js';
import { withQuery } from '../api/server.js';
import { isTerminal } from '../fold/index.js';
import type { ExecutionEvent, ExecutionState } from '../fold/index.js';
import { call, connect } from './connection.js';
import type { Progress } from './connection.js';
import type { FollowOptions, Following, ParkedReason } from './following.js';
import type { EventPage } from './page.js';
import type { SseFrame } from './sse.js';

/**
 * Follows one execution: first its state, then each event once and in order, by a stream or, where none comes through and while
 * nobody sees the page, by polling.
 */
export function followExecution(id: string, options: FollowOptions): Following {
  const pageSize = 1000;
  const path = `/api/executions/${encodeURIComponent(id)}`;
  const startsWithState = options.after === undefined && Boolean(options.onState);
  let cursor = options.after ?? 0;
  let needsState = startsWithState;
  let isParked = false;

  // Narrowed as the viewer asks.
  const { stages, types, viewer } = options;
  const isFiltered = Boolean(stages ?? types);
  const eventsPath = (limit?: number) => withQuery(`${path}/events`, { after: cursor, limit, stages, types, viewer });

  const park = (reason: ParkedReason | null) => {
    isParked = reason !== null;
    call(() => options.onParked?.(reason));
  };

  const reset = (): Progress => {
    cursor = 0;
    needsState = startsWithState;
    call(() => options.onReset?.());
    return 'again';
  };

  /** Tells an event that is new, and says whether it was. */
  const take = (event: ExecutionEvent): boolean => {
    if (event.seq <= cursor) return false;
    if (!isFiltered && event.seq !== cursor + 1) throw new Error('gap');
    cursor = event.seq;
    if (isParked) park(null);
    call(() => options.onEvent(event));
    return true;
  };

  /** The server says that nothing up to here is left to send. */
  const reach = (seq: number, isEnd: boolean): Progress => {
    if (seq > cursor) {
      if (!isFiltered) return 'again';
      cursor = seq;
    }
    if (isEnd) connection.end({ reason: 'ended', last: seq });
  };

  async function begin(signal: AbortSignal) {
    if (!needsState) return;
    const state = await askJson<ExecutionState>(options, path, { signal });

    // A stream that is tried while this is polled reads it as well.
    if (!needsState) return;
    needsState = false;
    cursor = state.seq;
    call(() => options.onState?.(state));
    if (signal.aborted) return;
    if (state.parked) park(state.parked);
    if (isTerminal(state.status)) reach(cursor, true);
  }

  const connection = connect(options, {
    path: eventsPath,
    isKnown: () => !needsState,
    reset,

    begin,

    read({ event, data, id: seq }: SseFrame) {
      const value = data && (JSON.parse(data) as unknown);
      if (event === 'reset') return reset();
      if (event === 'end') return reach((value as { last: number }).last, true);
      if (event === 'watching') return call(() => options.onWatching?.((value as { watching: number }).watching));
      if (event === 'parked') return park(value as ParkedReason);
      if (event || !value) return reach(Number(seq), false);
      return take(value as ExecutionEvent);
    },

    async poll(signal, came) {
      await begin(signal);
      const page = await askJson<EventPage>(options, eventsPath(pageSize), { signal, cache: 'no-store' });
      came(page.events.length > 0);
      for (const event of page.events) {
        if (!signal.aborted) take(event);
      }
      if (signal.aborted) return false;
      if (page.parked && !isParked) park(page.parked);
      reach(page.last, page.complete);
      return page.events.length >= pageSize;
    },
  });

  return {
    __proto__: connection,
    get seq() { return cursor; },
    skipTo(seq: number) {
      cursor = Math.max(cursor, seq);
    },
  } as unknown as Following;
}
