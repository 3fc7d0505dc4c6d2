import type { Client, components } from '@sightglass/client';
import { keepFresh } from '../../shared/executions/fresh.svelte.js';
import { load } from '../../shared/load.svelte.js';
import { apiQuery } from './query.js';
import type { HistoryQuery } from './query.js';
import { chooseRange, fitting, forEach } from './selection.js';
import type { BulkAction, BulkOutcome } from './selection.js';

type Page = components['schemas']['ExecutionHistory'];

/** One page of the history, and what is chosen on it. */
export class History {
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  readonly page;
  /** What the newest page would show beside. */
  readonly fresh;
  readonly #api: Client;
  #last = '';

  constructor(api: Client, query: () => HistoryQuery) {
    this.#api = api;
    const read = (signal: AbortSignal): Promise<Page> => api.get('/api/executions/history', { query: apiQuery(query(), Date.now()), signal });
    this.page = load(read);
    this.fresh = keepFresh<Page>({
      page: this.page, read,
      fits: () => {
        const { status, pipeline, page, cursor } = query();
        return page > 1 || cursor ? null : (row) => (status.length === 0 || status.includes(row.status)) && (!pipeline || pipeline === row.pipelineId);
      },
    });

    // What another view showed is not chosen in this one.
    $effect(() => {
      void query();
      this.chosen = new Set();
    });
  }

  get executions() {
    return this.page.value?.executions ?? [];
  }

  get chosenExecutions() {
    return this.executions.filter((one) => this.chosen.has(one.id));
  }

  choose(id: string, isChosen: boolean, isRange: boolean): void {
    if (isRange && isChosen && this.#last) {
      this.chosen = chooseRange(this.chosen, this.executions.map((one) => one.id), this.#last, id);
    } else {
      const next = new Set(this.chosen);
      if (isChosen) next.add(id);
      else next.delete(id);
      this.chosen = next;
    }
    this.#last = id;
  }

  chooseAll(isChosen: boolean): void {
    this.chosen = new Set(isChosen ? this.executions.map((one) => one.id) : []);
  }

  /** Asks for something of each of the chosen that it fits; those that were refused stay chosen. */
  async act(action: BulkAction): Promise<BulkOutcome[]> {
    const ids = fitting(action, this.chosenExecutions).map((one) => one.id);
    const outcomes = await forEach(ids, (id) => this.#ask(action, id));
    this.chosen = new Set(outcomes.filter((outcome) => outcome.problem !== null).map((outcome) => outcome.id));
    this.page.reload();
    return outcomes;
  }

  #ask(action: BulkAction, id: string): Promise<unknown> {
    const path = { id };
    if (action === 'cancel') return this.#api.post('/api/executions/{id}/cancel', { path });
    if (action === 'retry') return this.#api.post('/api/executions/{id}/retry', { path });
    return this.#api.delete('/api/executions/{id}', { path });
  }
}
