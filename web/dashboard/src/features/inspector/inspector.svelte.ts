import type { components, ExecutionEvent, ExecutionState, StageState } from '@sightglass/client';
import { untrack } from 'svelte';
import { api } from '../../shared/api.js';
import type { ExecutionPiece } from '../../shared/execution.js';
import { load } from '../../shared/load.svelte.js';
import { readPrinted, readPrintedEnd } from '../../shared/printed.js';
import type { PrintedBy } from '../../shared/printed.js';
import { factTypes, StageFacts } from './facts.js';
import type { Told } from './facts.js';
import { PrintedText } from './printed.js';
import { traceOf } from './trace.js';
import type { Trace } from './trace.js';

export type StageHistory = components['schemas']['StageHistory'];

/** How much of a text is read at once, in bytes. */
export const pieceBytes = 64 * 1024;
const pageSize = 1000;
const mostPages = 20;

/** Finds a stage, or an instance of one. */
export function findStage(state: ExecutionState, key: string): StageState | null {
  for (const stage of state.stages) {
    if (stage.key === key) return stage;
    if (stage.instances && key.startsWith(`${stage.key}[`)) {
      const found = stage.instances.find((instance) => instance.key === key);
      if (found) return found;
    }
  }
  return null;
}

/** A stage as the inspector shows it. Make it while a component is made: it lives as long. */
export class InspectedStage {
  readonly #id: string;
  readonly #key: string;
  readonly #seq: () => number;
  readonly #facts: StageFacts;
  readonly #stop = new AbortController();
  #printed: PrintedText | null = null;
  #isReading = false;
  #isReadingFacts = false;
  #wanted = 0;
  #changes = 0;

  /** Counts changes of what events say: what reads facts or text reads this. */
  version = $state.raw(0);
  error = $state.raw<unknown>(null);
  readonly history;

  /** The address of a trace, by what the server says; read where there is one to show. */
  readonly traceUrl;
  readonly #trace: () => Trace | null;

  constructor(piece: () => ExecutionPiece, stage: () => StageState) {
    const { state } = piece();
    this.#id = state.id;
    this.#key = stage().key;
    this.#seq = () => untrack(() => piece().state.seq);
    this.#facts = new StageFacts(this.#key);
    const attempt = $derived(stage().attempt);
    const status = $derived(stage().status);
    const onEvents = $derived(piece().onEvents);
    this.history = load<StageHistory | null>(async (signal) => {
      void [attempt, status];
      return api.get('/api/executions/{id}/stages/{stage}', { path: { id: this.#id, stage: this.#key }, query: { at: this.#seq() }, signal });
    });
    const trace = $derived(traceOf(stage().input) ?? traceOf(piece().state.input));
    const isTraced = $derived(trace !== null);
    this.#trace = () => trace;
    this.traceUrl = load<string | null>(async (signal) => (isTraced ? (await api.get('/api/config/status', { signal })).traceUrl ?? null : null));
    const seq = $derived(piece().state.seq);
    $effect(() => onEvents((events) => this.#take(events)));
    $effect(() => {
      // At first, and where time moves on without events: as in a replay.
      if (seq > this.#facts.seq) void this.#readFacts(seq);
    });
    $effect(() => {
      const at = seq;
      if (attempt === 0) return;
      if (this.#printed?.attempt !== attempt) this.#printed = new PrintedText(this.#key, attempt);
      if (this.#printed.seq < at) void this.#readPrinted();
    });
    $effect(() => () => this.#stop.abort());
  }

  /** What events say of an attempt; null where nothing is known yet. */
  attempt(number: number) {
    void this.version;
    return this.#facts.attempt(number);
  }

  /** The trace that it is part of; null where it was handed none. */
  get trace(): Trace | null {
    return this.#trace();
  }

  get told(): Told {
    void this.version;
    return this.#facts.told;
  }

  /** What the newest attempt prints; null before the first. */
  get printed(): PrintedText | null {
    void this.version;
    return this.#printed;
  }

  /** Reads what stands before the text that is shown. */
  async readBefore(): Promise<void> {
    const printed = this.#printed;
    if (!printed || printed.from === 0 || this.#isReading) return;
    this.#isReading = true;
    try {
      const from = Math.max(0, printed.from - pieceBytes);
      printed.prepend(await readPrinted(api, this.#by(printed, printed.seq), `bytes=${from}-${printed.from - 1}`, this.#stop.signal));
      this.#changed();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error = error;
    } finally {
      this.#isReading = false;
    }
  }

  retry(): void {
    this.error = null;
    void this.#readPrinted();
    this.history.reload();
  }

  #changed(): void {
    this.version = ++this.#changes;
  }

  #take(events: readonly ExecutionEvent[]): void {
    // Until what was before is read, it is not known whether these follow it.
    const hasFacts = this.#facts.seq > 0 && events[0]!.seq <= this.#facts.seq + 1 && this.#facts.take(events);
    const hasText = this.#printed?.take(events) ?? false;
    if (hasFacts || hasText) this.#changed();
    if (this.#printed?.hasGap) void this.#readPrinted();
  }

  async #readFacts(upTo: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, upTo);
    if (this.#isReadingFacts) return;
    this.#isReadingFacts = true;
    try {
      for (let page = 0; page < mostPages && this.#facts.seq < this.#wanted; page++) {
        const { events, last } = await api.get('/api/executions/{id}/events', {
          path: { id: this.#id }, query: { after: this.#facts.seq, limit: pageSize, stages: [this.#key], types: [...factTypes] }, signal: this.#stop.signal,
        });
        const isWhole = events.length < pageSize || last >= this.#wanted;
        this.#facts.take((events as ExecutionEvent[]).filter((event) => event.seq <= this.#wanted));
        if (isWhole) this.#facts.reach(this.#wanted);
        this.#changed();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error = error;
    } finally {
      this.#isReadingFacts = false;
    }
  }

  async #readPrinted(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      // Meanwhile another attempt may have begun, or a replay have gone on.
      for (let printed = this.#printed; printed && !this.#isCurrent(printed); printed = this.#printed) {
        const at = Math.max(this.#seq(), printed.seq);
        printed.begin(await readPrintedEnd(api, this.#by(printed, at), pieceBytes, this.#stop.signal), at);
        this.#changed();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error = error;
    } finally {
      this.#isReading = false;
    }
  }

  #isCurrent(printed: PrintedText): boolean {
    return printed.isRead && !printed.hasGap && printed.seq >= this.#seq();
  }

  #by(printed: PrintedText, at: number): PrintedBy {
    return { id: this.#id, stage: this.#key, attempt: printed.attempt, at };
  }
}
