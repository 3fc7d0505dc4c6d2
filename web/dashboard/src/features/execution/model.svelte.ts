import { untrack } from 'svelte';
import { createClient } from '@sightglass/client';
import type { ExecutionState } from '@sightglass/client';
import type { OverviewChange } from '@sightglass/client/feed';
import { api, server } from '../../shared/api.js';
import { clock } from '../../shared/clock.svelte.js';
import type { ExecutionGraph, ExecutionPiece } from '../../shared/execution.js';
import { load } from '../../shared/load.svelte.js';
import { typicalOf } from '../../shared/executions/estimate.js';
import { planOf } from '../../shared/executions/plan.js';
import { readValue } from '../../shared/executions/value.js';
import { overview } from '../../shared/overview/overview.svelte.js';
import { factsOf } from './definition.js';
import type { DefinitionFacts } from './definition.js';
import { lastWordsOf } from './lastWords.js';
import { failedOne } from './matters.js';
import { ExecutionModel } from './model.js';
import type { Connection } from './model.js';
import type { Opening } from './opening.js';
import type { People } from './people.js';

const pastExecutions = 20;
const noFacts: DefinitionFacts = new Map();

interface PastExecution {
  id: string;
  startTime: number;
  duration?: number;
}

/** One execution as the page shows it. Make it while a component is made: it lives as long. */
export class ViewedExecution {
  readonly id: string;
  readonly #model: ExecutionModel;
  readonly #graph;
  readonly #facts;
  readonly #past;
  readonly #lastWords;
  readonly #people;

  /** The last snapshot; null before the first. */
  state = $state.raw<ExecutionState | null>(null);
  connection = $state.raw<Connection>({ mode: 'connecting', error: null, retryAt: null });

  /** How many watch, as long as the connection is live. */
  watching = $state.raw(1);

  /** Counts the logs that were shown: where one begins anew, what was read of the other counts no longer. */
  generation = $state.raw(0);

  #told = $state.raw(0);

  /** How far the log is by what the server told of it last. The page has less where it is paused or lags behind. */
  readonly head = $derived.by(() => Math.max(this.#told, this.#inFeed));

  // A row of the feed says how far the log is; one of a list does not.
  readonly #inFeed = $derived.by(() => (overview.rows.find((row) => row.id === this.id) as Partial<OverviewChange> | undefined)?.seq ?? 0);
  readonly #hash = $derived(this.state?.definitionHash ?? null);
  readonly #pipeline = $derived(this.state?.pipelineId ?? null);
  readonly #failed = $derived(this.#wordsOf(this.state));

  // Changes with what people say: a turn that one asked for, an approval that one rejected.
  readonly #said = $derived(this.#saidIn(this.state));
  readonly #stageCount = $derived(this.state?.stages.length ?? 0);

  /** With what was asked for already, where something was. */
  constructor(id: string, opening: Opening | null = null) {
    this.id = id;
    const asking = opening ? { ...server, fetch: opening.fetch } : server;
    this.#model = new ExecutionModel(id, asking, {
      onState: (state, isAnew) => {
        if (isAnew) {
          this.generation++;
          this.#told = 0;
        }
        this.state = state;
        this.#stand();
      },
      onConnection: (connection) => {
        this.connection = connection;
        this.#stand();
      },
      onHead: (seq) => (this.#told = seq),
      onWatching: (count) => (this.watching = count),
    });
    const first = createClient(asking);
    this.#graph = load<ExecutionGraph>(async (signal) => (await first.get('/api/executions/{id}/graph', { path: { id }, signal })) as ExecutionGraph);
    this.#facts = load<DefinitionFacts>(async (signal) => {
      const hash = this.#hash;
      return hash === null ? noFacts : factsOf(await readValue(api, id, hash, signal));
    });
    this.#past = load<readonly PastExecution[]>(async (signal) => {
      const pipeline = this.#pipeline;
      if (pipeline === null) return [];

      // Not of the pipeline: it may be another program's, or gone.
      return (await api.get('/api/executions/history', { query: { pipeline, status: ['completed'], pageSize: pastExecutions }, signal })).executions;
    });
    this.#lastWords = load<string | null>(async (signal) => {
      const stage = this.#failed;
      return stage === null ? null : lastWordsOf(api, id, stage, signal);
    });
    this.#people = load<People | null>(async (signal) => {
      const said = this.#said;
      return said === '' ? null : (await import('./people.js')).readPeople(api, id, signal);
    });
    $effect(() => () => this.#model.close());
  }

  /** Whether the graph has come, or will not. */
  readonly isPlanned = $derived.by(() => this.#graph.status !== 'loading');
  readonly graph = $derived.by(() => this.#graph.value ?? null);
  readonly graphFailure = $derived.by(() => this.#graph.error);
  readonly facts = $derived.by(() => this.#facts.value ?? noFacts);

  /** The last that the stage that failed wrote to its standard error; null where it wrote nothing. */
  readonly lastWords = $derived.by(() => this.#lastWords.value ?? null);

  /** What people said of it; null where nobody did. */
  readonly people = $derived.by(() => this.#people.value ?? null);

  /** How long executions of its pipeline take as a rule, in milliseconds; null where that is not known. */
  readonly typical = $derived.by(() => typicalOf((this.#past.value ?? []).filter(({ id }) => id !== this.id)));

  /** The last one of its pipeline that completed before it. */
  readonly before = $derived.by(() => {
    const start = this.state?.createdAt ?? 0;
    return this.#past.value?.find(({ id, startTime }) => id !== this.id && startTime < start)?.id ?? null;
  });

  // Since when nothing is told of it, as updates are paused; null while they come.
  #stoodAt = $state.raw<number | null>(null);

  #stand(): void {
    this.#stoodAt = this.connection.mode === 'paused' ? clock.now : null;
  }

  /** The server's time, as far as what is shown is known to be true by it; the end of what has ended. */
  readonly now = $derived.by(() => this.state?.endTime ?? this.#stoodAt ?? clock.known);

  readonly plan = $derived.by(() => {
    // It holds however the stages go on.
    void this.#stageCount;
    void this.generation;
    const { graph } = this;
    return untrack(() => planOf(this.state?.stages ?? [], graph));
  });

  #wordsOf(state: ExecutionState | null): string | null {
    if (state?.status !== 'failed' || state.failedStage === null) return null;
    const stage = state.stages.find(({ key }) => key === state.failedStage);
    return stage ? failedOne(stage) : state.failedStage;
  }

  #saidIn(state: ExecutionState | null): string {
    if (!state) return '';
    const rejected = state.stages.filter(({ error }) => error?.code === 'approval_rejected' || error?.detail === 'approval_rejected').map(({ key }) => key);
    return state.turn > 1 || rejected.length > 0 ? `${state.turn} ${rejected.join()}` : '';
  }

  readonly onEvents: ExecutionPiece['onEvents'] = (listener) => this.#model.onEvents(listener);

  pause = (): void => this.#model.pause();
  resume = (): void => this.#model.resume();
  reconnect = (): void => this.#model.reconnect();

  /** @throws ApiError where the server does not give it */
  refresh = async (): Promise<void> => {
    for (const one of [this.#graph, this.#facts, this.#past, this.#lastWords, this.#people]) if (one.status === 'broken') one.reload();
    await this.#model.refresh();
  };
}
