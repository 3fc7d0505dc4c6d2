import type { ExecutionEvent, ExecutionState, StageState } from '@sightglass/client';
import type { ExecutionPiece } from '../../shared/execution.js';
import { readEvents } from './pages.js';
import type { UndoMoment, Undos } from './undos.js';

const none: Undos = [];

/** When a rollback took back what stages had done, as the log tells it. Make it while a component is made. */
export class UndoLog {
  readonly #known = new Map<string, readonly UndoMoment[]>();
  /** Counts what came to be known, for those who read it. */
  #changes = $state.raw(0);
  readonly isAny: boolean;

  constructor(source: () => { state: ExecutionState; onEvents: ExecutionPiece['onEvents'] }) {
    const id = $derived(source().state.id);
    const onEvents = $derived(source().onEvents);
    this.isAny = $derived(source().state.stages.some((stage) => stage.undo !== null || stage.instances?.some(({ undo }) => undo !== null)));
    $effect(() => onEvents((events) => this.#take(events)));
    $effect(() => {
      if (!this.isAny) return;
      const stop = new AbortController();

      // Without them the row says in words that its work was taken back.
      readEvents(id, ['stage.undo.started', 'stage.undo.completed', 'stage.undo.failed'], stop.signal, (events) => this.#take(events)).catch(() => undefined);
      return () => stop.abort();
    });
  }

  /** Those of a stage; of one that is spread over items theirs. */
  of = ({ key, instances }: StageState): Undos => {
    void this.#changes;
    if (this.#known.size === 0) return none;
    return [key, ...(instances ?? []).map((instance) => instance.key)].flatMap((one) => (this.#known.has(one) ? [this.#known.get(one)!] : []));
  };

  #take(events: readonly ExecutionEvent[]): void {
    let isNew = false;
    for (const event of events) {
      if (event.type !== 'stage.undo.started' && event.type !== 'stage.undo.completed' && event.type !== 'stage.undo.failed') continue;
      const known = this.#known.get(event.stage) ?? [];

      // What is read and what comes meet.
      if (known.some(({ seq }) => seq === event.seq)) continue;
      const moment: UndoMoment = { seq: event.seq, at: Date.parse(event.time), is: event.type.slice(11) as UndoMoment['is'] };
      this.#known.set(event.stage, [...known, moment].sort((a, b) => a.seq - b.seq));
      isNew = true;
    }
    if (isNew) this.#changes++;
  }
}
