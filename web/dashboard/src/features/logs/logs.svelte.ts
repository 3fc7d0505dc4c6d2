import type { ExecutionPiece } from '../../shared/execution.js';
import { everyLine } from '../../shared/lines/line.js';
import type { Level, Line, LineFilter } from '../../shared/lines/line.js';
import { LineStore } from '../../shared/lines/store.js';
import type { LoadLines } from '../../shared/lines/store.js';
import { seek } from './seek.js';
import type { Found } from './seek.js';

/** Where nobody looked for a while. */
export interface GapMark {
  /** The last line before it. */
  after: number;
  from: number;
  to: number;
}

/** How far a search is. */
export interface SearchState {
  text: string;
  /** How many lines hold the text; null until that is known. */
  total: number | null;
  /** The one that is shown, from 0. */
  position: number | null;
  error: unknown;
}

const noSearch: SearchState = { text: '', total: null, position: null, error: null };
const keptMarks = 20;

/** The log of an execution as the page shows it. Make it while a component is made: it lives as long. */
export class LogView {
  readonly #load: LoadLines;
  readonly #store: LineStore;
  #seeking: AbortController | null = null;
  #changes = 0;
  #paused: { at: number; lines: number } | null = null;

  /** Counts changes of the lines: what reads them reads this. */
  version = $state.raw(0);
  filter = $state.raw<LineFilter>(everyLine);
  search = $state.raw<SearchState>(noSearch);
  marks = $state.raw<readonly GapMark[]>([]);
  /** The line that was sought last, by its number. */
  current = $state.raw<number | null>(null);
  isFollowing = $state.raw(true);
  /** How many lines there were when following stopped; null until those of another filter are counted. */
  #leftAt = $state.raw<number | null>(0);

  /** Begins with a filter; its text is sought as soon as somebody calls for it. */
  constructor(load: LoadLines, begin: LineFilter = everyLine) {
    this.#load = load;
    this.filter = { ...begin, text: '' };
    this.search = { ...noSearch, text: begin.text };
    this.#store = new LineStore(load, this.filter, () => {
      this.version = ++this.#changes;
      if (this.#leftAt === null && this.#store.isCounted) this.#leftAt = this.#store.total;
    });
    $effect(() => () => {
      this.#store.close();
      this.#seeking?.abort();
    });
  }

  /** The lines, to be read where `version` is. */
  get lines(): LineStore {
    void this.version;
    return this.#store;
  }

  /** How many lines came since the reader scrolled up. */
  readonly newLines = $derived.by(() => (this.isFollowing ? 0 : Math.max(0, this.lines.total - (this.#leftAt ?? Infinity))));

  /** Takes events as they come while a component is there that calls this as it is made. */
  follow(piece: () => ExecutionPiece): void {
    const onEvents = $derived(piece().onEvents);
    const seq = $derived(piece().state.seq);
    let last = 0;
    $effect(() => onEvents((events) => this.#store.apply(events)));
    $effect(() => {
      // Back in time, or ahead without events: the log is shown as it stood there.
      if (seq < last || seq > this.#store.seq) this.#store.moveTo(seq);
      last = seq;
    });
  }

  setFollowing(isFollowing: boolean): void {
    if (isFollowing === this.isFollowing) return;
    this.isFollowing = isFollowing;
    this.#leftAt = this.#store.total;
  }

  /** The page hears nothing for a while, or hears again: what came meanwhile is marked. */
  setPaused(isPaused: boolean, now: number): void {
    if (isPaused) this.#paused ??= { at: now, lines: this.#store.allLines };
    else if (this.#paused) {
      const { at, lines } = this.#paused;
      this.#paused = null;
      if (this.#store.hasCounts) this.marks = [...this.marks.slice(1 - keptMarks), { after: lines, from: at, to: now }];
    }
  }

  narrow(change: Partial<LineFilter>): void {
    this.filter = { ...this.filter, ...change };
    this.#leftAt = null;
    this.#store.narrow(this.filter);
    if (this.search.text) void this.find(this.search.text);
  }

  toggle(level: Level): void {
    const levels = this.filter.levels.includes(level) ? this.filter.levels.filter((l) => l !== level) : [...this.filter.levels, level];
    this.narrow({ levels });
  }

  /** Seeks a text in the whole log, and goes to the first line that holds it, from the one that is looked at on. */
  find(text: string, from = this.current ?? 0): Promise<Found | null> {
    if (!text) {
      this.#seeking?.abort();
      this.search = noSearch;
      return Promise.resolve(null);
    }
    this.search = { ...noSearch, text };
    return this.#go({ ...this.filter, text }, Math.max(0, from - 1), 1);
  }

  /** Goes to the next line that holds the text, or to the one before. */
  step(direction: 1 | -1, from: number): Promise<Found | null> {
    return this.search.text ? this.#go({ ...this.filter, text: this.search.text }, this.current ?? from, direction) : Promise.resolve(null);
  }

  /** Goes to the next line that is an error. */
  nextError(from: number): Promise<Found | null> {
    return this.#go({ ...this.filter, levels: ['error'], text: '' }, this.current ?? from, 1, false);
  }

  readonly load: LoadLines = (question) => this.#load(question);

  async #go(filter: LineFilter, from: number, direction: 1 | -1, isSearch = true): Promise<Found | null> {
    this.#seeking?.abort();
    const stop = (this.#seeking = new AbortController());
    try {
      const found = await seek(this.#load, filter, Math.max(1, this.#store.seq), from, direction, stop.signal);
      if (stop.signal.aborted) return null;
      if (isSearch) this.search = { ...this.search, total: found?.total ?? 0, position: found?.position ?? null, error: null };
      if (found) this.current = found.line.number;
      return found;
    } catch (error) {
      if (stop.signal.aborted) return null;
      if (!isSearch) throw error;
      this.search = { ...this.search, error };
      return null;
    }
  }
}

/** The mark that stands between two lines, if any. */
export const markBetween = (marks: readonly GapMark[], before: Line | undefined, line: Line): GapMark | undefined =>
  marks.find((mark) => line.number > mark.after && (before?.number ?? 0) <= mark.after && before !== undefined);
