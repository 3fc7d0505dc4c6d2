import type { ExecutionEvent } from '@sightglass/client';
import { api } from '../../shared/api.js';
import type { ExecutionPiece } from '../../shared/execution.js';
import type { Wait } from './bars.js';

/** So many events are read at once, and so many times over; of a log with more waits the first are shown. */
const limits = { atOnce: 1000, pages: 20 };
const none: readonly Wait[] = [];

/** When stages began to wait for something, as the log tells it. Make it while a component is made. */
export class Waits {
  readonly #known = new Map<string, Wait[]>();
  /** Counts what came to be known, for those who read it. */
  #changes = $state.raw(0);

  constructor(source: () => { state: { id: string }; onEvents: ExecutionPiece['onEvents'] }) {
    const id = $derived(source().state.id);
    const onEvents = $derived(source().onEvents);
    $effect(() => onEvents((events) => this.#take(events)));
    $effect(() => {
      const stop = new AbortController();

      // Without them the bars are of what the state says.
      this.#read(id, stop.signal).catch(() => undefined);
      return () => stop.abort();
    });
  }

  of = (key: string): readonly Wait[] => {
    void this.#changes;
    return this.#known.get(key) ?? none;
  };

  async #read(id: string, signal: AbortSignal): Promise<void> {
    let after = 0;
    for (let page = 0; page < limits.pages; page++) {
      const { events, last } = await api.get('/api/executions/{id}/events', { path: { id }, query: { after, limit: limits.atOnce, types: ['stage.waiting'] }, signal });
      this.#take(events as ExecutionEvent[]);
      if (events.length < limits.atOnce) return;
      after = last;
    }
  }

  #take(events: readonly ExecutionEvent[]): void {
    let isNew = false;
    for (const event of events) {
      if (event.type !== 'stage.waiting') continue;
      const list = this.#known.get(event.stage) ?? [];

      // What is read and what comes meet.
      if (list.some(({ seq }) => seq === event.seq)) continue;
      const wait = { seq: event.seq, from: Date.parse(event.time), for: event.data.for };
      this.#known.set(event.stage, [...list, wait].sort((a, b) => a.seq - b.seq));
      isNew = true;
    }
    if (isNew) this.#changes++;
  }
}
