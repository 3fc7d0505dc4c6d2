import type { EventOf, ExecutionEvent } from '@sightglass/client';

/** The types of events that the inspector reads of a stage beside its state. */
export const factTypes = ['stage.started', 'stage.completed', 'stage.failed', 'stage.cancelled', 'stage.skipped', 'stage.undo.failed', 'agent.*', 'approval.granted', 'approval.rejected'] as const;

/** The most facts of one kind that are kept; the newest count. */
export const keptFacts = 500;

type Data<Type extends ExecutionEvent['type']> = EventOf<Type>['data'] & { seq: number; time: string };

export interface AttemptFacts {
  worker: EventOf<'stage.started'>['data']['worker'];
  startTime: string;
  endTime: string | null;
  resources: EventOf<'stage.completed'>['data']['resources'];
  tokens: EventOf<'stage.completed'>['data']['tokens'];
}

/** What was answered to an approval that the stage asked for. */
export interface Answer {
  readonly seq: number;
  readonly time: string;
  readonly isGranted: boolean;
  readonly by: string | undefined;
  readonly comment: string | undefined;
}

/** What is told of a stage as a whole. */
export interface Told {
  readonly personality: Readonly<Record<string, unknown>> | null;
  /** The name that the pipeline has for the personality. */
  readonly slug: string | null;
  readonly messages: readonly Data<'agent.message'>[];
  readonly memories: readonly Data<'agent.memory'>[];
  readonly changes: readonly Data<'agent.state'>[];
  readonly tools: readonly Data<'agent.tool'>[];
  readonly skipped: EventOf<'stage.skipped'>['data'] | null;
  readonly answers: readonly Answer[];
  /** Why a rollback could not take back what the stage did. */
  readonly undoError: string | null;
  /** How many facts were too old to be kept. */
  readonly dropped: number;
}

/** What the events of a stage say that its state does not. */
export class StageFacts {
  readonly stage: string;
  readonly #attempts = new Map<number, AttemptFacts>();
  #told: Told = { personality: null, slug: null, messages: [], memories: [], changes: [], tools: [], skipped: null, answers: [], undoError: null, dropped: 0 };
  #seq = 0;

  constructor(stage: string) {
    this.stage = stage;
  }

  get seq(): number { return this.#seq; }
  /** A snapshot: another object once something has changed. */
  get told(): Told { return this.#told; }

  attempt(number: number): AttemptFacts | null {
    return this.#attempts.get(number) ?? null;
  }

  /** Everything up to an event is known. */
  reach(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** Takes events, each once and in order; tells whether one is of the stage and says something new. */
  take(events: readonly ExecutionEvent[]): boolean {
    let isNew = false;
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      this.#seq = event.seq;
      if ('stage' in event && event.stage === this.stage) isNew = this.#add(event) || isNew;
    }
    return isNew;
  }

  #add(event: ExecutionEvent): boolean {
    const of = <T extends object>(data: T) => ({ ...data, seq: event.seq, time: event.time });
    switch (event.type) {
      case 'stage.started': {
        const { worker, personality, input } = event.data;
        this.#attempts.set(event.attempt, { worker, startTime: event.time, endTime: null, resources: undefined, tokens: undefined });
        if (this.#attempts.size > keptFacts) this.#attempts.delete(this.#attempts.keys().next().value!);
        const named = (input as { personality?: unknown } | null)?.personality;
        return this.#tell({ personality: (personality as Told['personality'] | undefined) ?? null, slug: typeof named === 'string' ? named : null, skipped: null, undoError: null });
      }
      case 'stage.completed':
      case 'stage.failed':
      case 'stage.cancelled': {
        const before = this.#attempts.get(event.attempt ?? 0);
        const { resources, tokens } = event.type === 'stage.cancelled' ? { resources: undefined, tokens: undefined } : event.data;
        if (before) this.#attempts.set(event.attempt ?? 0, { ...before, endTime: event.time, resources, tokens });
        return true;
      }
      case 'stage.undo.failed': return this.#tell({ undoError: event.data.error.message });
      case 'stage.skipped': return this.#tell({ skipped: event.data });
      case 'agent.message': return this.#tell({ messages: this.#keep(this.#told.messages, of(event.data)) });
      case 'agent.memory': return this.#tell({ memories: this.#keep(this.#told.memories, of(event.data)) });
      case 'agent.state': return this.#tell({ changes: this.#keep(this.#told.changes, of(event.data)) });
      case 'agent.tool': return this.#tell({ tools: this.#keep(this.#told.tools, of(event.data)) });
      case 'approval.granted':
      case 'approval.rejected': {
        const { by, comment } = event.data;
        return this.#tell({ answers: this.#keep(this.#told.answers, { seq: event.seq, time: event.time, isGranted: event.type === 'approval.granted', by, comment }) });
      }
      default: return false;
    }
  }

  #tell(more: Partial<Told>): boolean {
    this.#told = { ...this.#told, ...more };
    return true;
  }

  #keep<T>(list: readonly T[], more: T): readonly T[] {
    if (list.length < keptFacts) return [...list, more];
    this.#tell({ dropped: this.#told.dropped + 1 });
    return [...list.slice(1), more];
  }
}
