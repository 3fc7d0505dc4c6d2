import type { ExecutionState, StageState } from '@sightglass/client';
import { everyLine } from '../lines/line.js';
import type { LoadLines } from '../lines/store.js';

/** How a search behaves. Lines are asked for when nobody has typed for a while, and again while the log grows. */
const limits = { leastChars: 2, mostChars: 200, typing: 250, growing: 2000, page: 2000, pages: 10, stages: 100, valueChars: 64 * 1024 };

/** What is found: `bound` where more hits there may be were not looked at. */
export type ContentStatus = 'none' | 'reading' | 'whole' | 'bound' | 'broken';

/** The stages, and instances of stages, that hold a text in what they printed, gave back or failed with. */
export class ContentSearch {
  readonly #load: LoadLines;
  readonly #changed: () => void;
  #text = '';
  #state: ExecutionState | null = null;
  #checked = new WeakSet<StageState>();
  #held = new Set<string>();
  #printed = new Set<string>();
  #next = 1;
  #read = 0;
  #isBound = false;
  #error: unknown = null;
  #reading: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(load: LoadLines, changed: () => void) {
    this.#load = load;
    this.#changed = changed;
  }

  get keys(): ReadonlySet<string> { return new Set([...this.#held, ...this.#printed]); }

  /** Why the lines could not be read. */
  get error(): unknown { return this.#error; }

  get status(): ContentStatus {
    if (!this.#isWanted) return 'none';
    if (this.#error !== null) return 'broken';
    if (this.#read === 0) return 'reading';
    return this.#isBound ? 'bound' : 'whole';
  }

  get #isWanted(): boolean {
    return this.#text.length >= limits.leastChars && this.#text.length <= limits.mostChars;
  }

  /** Seeks a text in an execution as it stands; what was found stays while the log grows. */
  look(text: string, state: ExecutionState): void {
    const wanted = text.trim().toLowerCase();
    const isAnew = wanted !== this.#text || (this.#state !== null && state.seq < this.#state.seq);
    this.#state = state;
    if (isAnew) {
      this.close();
      this.#text = wanted;
      this.#checked = new WeakSet();
      [this.#held, this.#printed] = [new Set(), new Set()];
      [this.#next, this.#read, this.#isBound, this.#error] = [1, 0, false, null];
      this.#changed();
    }
    if (this.#isWanted && (state.seq > this.#read || isAnew) && !this.#reading && this.#error === null) this.#timer ??= setTimeout(() => void this.#go(), isAnew ? limits.typing : limits.growing);
  }

  retry(): void {
    this.#error = null;
    this.#changed();
    void this.#go();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reading?.abort();
    this.#reading = null;
  }

  async #go(): Promise<void> {
    this.close();
    const state = this.#state;
    if (!state) return;
    const stop = (this.#reading = new AbortController());
    try {
      this.#check(state);
      this.#changed();
      await this.#readLines(state, stop.signal);
      if (stop.signal.aborted) return;
      this.#read = state.seq;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#error = error;
    }
    this.#reading = null;
    this.#changed();
    if (this.#error === null && this.#state) this.look(this.#text, this.#state);
  }

  /** What stages gave back or failed with is here already. A stage that has not changed is the same object. */
  #check(state: ExecutionState): void {
    for (const stage of state.stages) {
      for (const one of stage.instances ? [stage, ...stage.instances] : [stage]) {
        if (this.#checked.has(one)) continue;
        this.#checked.add(one);
        if (this.#holds(one)) this.#held.add(one.key);
        else this.#held.delete(one.key);
      }
    }
  }

  #holds({ error, output, reason }: StageState): boolean {
    const given = typeof output === 'string' ? output : output === null || output === undefined ? '' : JSON.stringify(output);
    return [given.slice(0, limits.valueChars), error?.code, error?.message, error?.detail, reason].some((text) => typeof text === 'string' && text.toLowerCase().includes(this.#text));
  }

  // A page may be of one stage that says the same a million times: after some of them the others alone are asked for.
  async #readLines(state: ExecutionState, signal: AbortSignal): Promise<void> {
    let stages: readonly string[] = [];
    for (let page = 0; page < 2 * limits.pages;) {
      if (page === limits.pages) {
        stages = state.stages.filter((stage) => stage.instances || (stage.attempt > 0 && !this.#printed.has(stage.key))).map((stage) => stage.key);
        if (stages.length === 0 || stages.length > limits.stages) break;
      }
      const found = await this.#load({ filter: { ...everyLine, stages, text: this.#text }, at: state.seq, line: this.#next, limit: limits.page, width: 1, signal });
      if (signal.aborted) return;
      const before = this.#printed.size;
      for (const line of [...found.lines, ...found.open]) {
        this.#printed.add(line.stage);
        if (line.stage.includes('[')) this.#printed.add(line.stage.slice(0, line.stage.indexOf('[')));
      }
      if (this.#printed.size > before) this.#changed();
      if (found.lines.length > 0) this.#next = found.lines.at(-1)!.number + 1;
      if (found.lines.length > 0) page++;
      else if (!found.more) return;
    }
    this.#isBound = true;
  }
}
