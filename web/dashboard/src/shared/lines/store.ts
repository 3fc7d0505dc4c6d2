import { ApiError } from '@sightglass/client';
import type { ExecutionEvent } from '@sightglass/client';
import { LineFold } from './fold.js';
import { fits, hasLevel, levelOf, levels } from './line.js';
import type { Level, Line, LineFilter, LineWindow } from './line.js';

/** Lines are read and let go of in pieces of so many. */
export const chunkLines = 200;

/** The most pieces that are kept beside those in sight: what a tab holds does not grow with the log. */
const keptChunks = 30;
const maxRequest = 2000;
const keptLive = 1000;

// What failed is tried again by itself, ever later.
const firstRetry = 2000;
const lastRetry = 30_000;

/** What to read: `from` counts the lines that fit, `line` is the number of one; without either the counts alone matter. */
export interface LineQuestion {
  filter: LineFilter;
  at: number;
  from?: number;
  line?: number;
  limit: number;
  /** The characters of a line that are wanted. */
  width?: number;
  signal: AbortSignal;
}

export type LoadLines = (question: LineQuestion) => Promise<LineWindow>;

/** The lines of a log that fit a filter, up to an event: those in sight, and how many there are. New events are taken as they come. */
export class LineStore {
  readonly #load: LoadLines;
  readonly #changed: () => void;
  readonly #chunks = new Map<number, Line[]>();
  #filter: LineFilter;
  #fold = new LineFold();
  #counts: Record<Level, number> = { debug: 0, info: 0, warning: 0, error: 0 };
  #seq = 0;
  #wanted = 0;
  #allLines = 0;
  #sight: readonly [number, number] = [0, 0];

  // Lines that came last, where they stand: what is read of the end is older than they are by the time that it took.
  #came: Line[] = [];
  #cameFrom = 0;
  #counting: AbortController | null = null;
  #reading: { from: number; end: number; stop: AbortController } | null = null;
  #hasCounts = false;
  #error: unknown = null;
  #failures = 0;
  #retrying: ReturnType<typeof setTimeout> | undefined;

  constructor(load: LoadLines, filter: LineFilter, changed: () => void) {
    this.#load = load;
    this.#filter = filter;
    this.#changed = changed;
  }

  /** How many lines fit. */
  get total(): number {
    return this.#filter.levels.length === 0 ? levels.reduce((sum, level) => sum + this.#counts[level], 0) : this.#filter.levels.reduce((sum, level) => sum + this.#counts[level], 0);
  }

  /** How many lines there are of each level, whichever are wanted. */
  get counts(): Readonly<Record<Level, number>> { return this.#counts; }
  /** How many lines there are, whether they fit or not. */
  get allLines(): number { return this.#allLines; }
  /** The last event that counts. */
  get seq(): number { return this.#seq; }
  /** Whether the counts are of all events that count; until then they grow. */
  get isCounted(): boolean { return this.#hasCounts && this.#seq >= this.#wanted; }
  get hasCounts(): boolean { return this.#hasCounts; }
  /** Why the last read failed. */
  get error(): unknown { return this.#error; }
  get filter(): LineFilter { return this.#filter; }

  /** How many lines are held. */
  get held(): number {
    let sum = 0;
    for (const chunk of this.#chunks.values()) sum += chunk.length;
    return sum;
  }

  /** The lines that fit and have not ended. */
  get open(): Line[] {
    return this.#fold.open.filter((line) => fits(this.#filter, line) && hasLevel(this.#filter, line));
  }

  /** The line at a place among those that fit; undefined until it is read. */
  line(index: number): Line | undefined {
    return this.#chunks.get(Math.floor(index / chunkLines))?.[index % chunkLines];
  }

  /** Counts other lines from now on. */
  narrow(filter: LineFilter): void {
    this.#filter = filter;
    this.#begin(this.#wanted);
  }

  /** Goes to an event: the log is shown as it stood there. */
  moveTo(seq: number): void {
    if (seq === this.#wanted && (this.#counting || this.isCounted)) return;
    if (seq < this.#seq) this.#begin(seq);
    else {
      this.#wanted = seq;
      this.#count();
    }
  }

  /** Takes events that follow the one it stands at; where some are missing between, they are read. */
  apply(events: readonly ExecutionEvent[]): void {
    const last = events.at(-1);
    if (last && this.#error !== null) this.retry();
    if (!last || last.seq <= this.#wanted && this.#counting) return;
    if (!this.isCounted || events[0]!.seq > this.#seq + 1) {
      this.#wanted = Math.max(this.#wanted, last.seq);
      return this.#count();
    }
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      this.#fold.add(event, (line) => this.#add(line));
      this.#seq = event.seq;
    }
    this.#wanted = Math.max(this.#wanted, this.#seq);
    this.#trim();
    this.#changed();
  }

  /** Says which lines are in sight: they are read, and those far from them let go of. */
  look(from: number, end: number): void {
    this.#sight = [from, end];
    this.#trim();
    this.#read();
  }

  /** Tries again what failed. */
  retry(): void {
    clearTimeout(this.#retrying);
    this.#error = null;
    this.#changed();
    if (!this.isCounted) this.#count();
    else this.#read();
  }

  close(): void {
    clearTimeout(this.#retrying);
    this.#counting?.abort();
    this.#reading?.stop.abort();
    this.#counting = this.#reading = null;
  }

  #begin(seq: number): void {
    this.close();
    this.#chunks.clear();
    this.#came = [];
    this.#fold = new LineFold();
    this.#counts = { debug: 0, info: 0, warning: 0, error: 0 };
    this.#seq = this.#allLines = 0;
    this.#hasCounts = false;
    this.#wanted = seq;
    this.#error = null;
    this.#changed();
    this.#count();
  }

  #add(line: Omit<Line, 'number'>): void {
    const numbered = { ...line, number: ++this.#allLines };
    if (!fits(this.#filter, numbered)) return;
    const level = levelOf(numbered);
    const index = this.total;
    this.#counts = { ...this.#counts, [level]: this.#counts[level] + 1 };
    if (!hasLevel(this.#filter, numbered)) return;
    if (this.#came.length === 0) this.#cameFrom = index;
    this.#came.push(numbered);
    if (this.#came.length > 2 * keptLive) this.#cameFrom += this.#came.splice(0, keptLive).length;
    this.#place(index, numbered);
  }

  /** Puts a line behind those that are here; where something is missing between, it is read later. */
  #place(index: number, line: Line): void {
    const place = Math.floor(index / chunkLines);
    let chunk = this.#chunks.get(place);
    if (!chunk && index % chunkLines === 0) this.#chunks.set(place, (chunk = []));
    if (chunk?.length === index % chunkLines) chunk.push(line);
  }

  /** Reads counts until they are of all events that count. A request looks at a bounded part of the log. */
  #count(): void {
    if (this.#counting || this.#wanted === 0) return;
    const stop = (this.#counting = new AbortController());
    void (async () => {
      try {
        while (!stop.signal.aborted && !this.isCounted) {
          const at = this.#wanted;
          const window = await this.#load({ filter: this.#filter, at, from: 0, limit: 1, signal: stop.signal });
          if (stop.signal.aborted) return;
          this.#settle(window);

          // The log ends before; more may be wanted since.
          if (!window.more && window.seq < at && this.#wanted === at) this.#wanted = window.seq;
        }
      } catch (error) {
        if (!stop.signal.aborted) this.#fail(error);
      } finally {
        if (this.#counting === stop) {
          this.#counting = null;
          this.#changed();
          if (!this.#error) this.#read();
        }
      }
    })();
  }

  /** The server may be away for a while; a refusal stays one. */
  #fail(error: unknown): void {
    this.#error = error;
    clearTimeout(this.#retrying);
    if (error instanceof ApiError && !error.isPassing) return;
    this.#retrying = setTimeout(() => this.retry(), Math.min(lastRetry, firstRetry * 2 ** this.#failures++));
  }

  #settle(window: LineWindow): void {
    this.#counts = window.counts;
    this.#allLines = window.allLines;
    this.#seq = window.seq;
    this.#fold = new LineFold(window.open);
    this.#came = [];
    this.#hasCounts = true;
    this.#error = null;
    this.#failures = 0;
    this.#changed();
    this.#read();
  }

  /** The first lines in sight, or right before and behind, that are not here. */
  #missing(): readonly [number, number] | null {
    const [from, end] = this.#sight;
    const total = this.total;
    const first = Math.max(0, Math.floor(from / chunkLines) - 1);
    const last = Math.min(Math.ceil(total / chunkLines), Math.ceil(end / chunkLines) + 1);
    const isShort = (place: number) => (this.#chunks.get(place)?.length ?? 0) < Math.min(chunkLines, total - place * chunkLines);
    const inSight = [Math.floor(from / chunkLines), Math.max(0, Math.ceil(Math.min(end, total) / chunkLines) - 1)];
    for (const [low, high] of [inSight, [first, last - 1]] as [number, number][]) {
      for (let place = low; place <= high; place++) {
        if (!isShort(place)) continue;
        let stop = place + 1;
        while (stop <= high && stop * chunkLines < total && !this.#chunks.has(stop) && (stop - place) * chunkLines < maxRequest) stop++;
        return [place * chunkLines + (this.#chunks.get(place)?.length ?? 0), Math.min(total, stop * chunkLines)];
      }
    }
    return null;
  }

  #read(): void {
    const missing = this.#hasCounts && !this.#error ? this.#missing() : null;
    if (!missing) return;
    const [from, end] = missing;

    // What is on its way is waited for where it is still in sight; a thumb that is dragged passes over much that is not.
    const [low, high] = this.#sight;
    if (this.#reading) {
      if (this.#reading.from < high + chunkLines && this.#reading.end > low - chunkLines) return;
      this.#reading.stop.abort();
    }
    const reading = (this.#reading = { from, end, stop: new AbortController() });
    void (async () => {
      try {
        const window = await this.#load({ filter: this.#filter, at: this.#seq, from, limit: end - from, signal: reading.stop.signal });
        if (this.#reading !== reading) return;
        this.#failures = 0;
        this.#put(window);
      } catch (error) {
        if (this.#reading === reading) this.#fail(error);
      } finally {
        if (this.#reading === reading) {
          this.#reading = null;
          this.#trim();
          this.#changed();
          if (!this.#error) this.#read();
        }
      }
    })();
  }

  #put(window: LineWindow): void {
    if (window.lines.length === 0) throw new Error('The server gave no lines where it counts some. Load the page again.');
    window.lines.forEach((line, i) => this.#place(window.from + i, line));
    for (let i = Math.max(0, window.from + window.lines.length - this.#cameFrom); i < this.#came.length; i++) this.#place(this.#cameFrom + i, this.#came[i]!);
  }

  #trim(): void {
    if (this.#chunks.size <= keptChunks) return;
    const middle = (this.#sight[0] + this.#sight[1]) / 2 / chunkLines;
    const far = [...this.#chunks.keys()].sort((a, b) => Math.abs(b + 0.5 - middle) - Math.abs(a + 0.5 - middle));
    for (const place of far.slice(0, this.#chunks.size - keptChunks)) this.#chunks.delete(place);
  }
}
