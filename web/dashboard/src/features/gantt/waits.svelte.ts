import type { ExecutionEvent } from '@sightglass/client';
import type { ExecutionPiece } from '../../shared/execution.js';
import type { Wait } from './bars.js';
import { readEvents } from './pages.js';

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
      readEvents(id, ['stage.waiting'], stop.signal, (events) => this.#take(events)).catch(() => undefined);
      return () => stop.abort();
    });
  }

  of = (key: string): readonly Wait[] => {
    void this.#changes;
    return this.#known.get(key) ?? none;
  };

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
