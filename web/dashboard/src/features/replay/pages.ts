import type { ExecutionEvent } from '@sightglass/client';

/** Reads the events after one, at most so many; with the characters that they took. */
export type LoadEvents = (after: number, limit: number, signal: AbortSignal) => Promise<{ events: readonly ExecutionEvent[]; size: number }>;

/** Events of a page; events are numbered from 1 without gaps. */
export const pageSize = 500;

/** So many characters of events are kept; the page in use always is. */
const mostKept = 24 * 1024 * 1024;

interface Page {
  readonly events: readonly ExecutionEvent[];
  readonly size: number;
}

/** The log of an execution, by pages; those that were not used for longest are forgotten. */
export class EventPages {
  readonly #pages = new Map<number, Page>();
  readonly #loading = new Map<number, Promise<Page>>();
  readonly #stop = new AbortController();
  #kept = 0;

  constructor(private readonly load: LoadEvents, private readonly most = mostKept) {}

  /** Gets how many characters of events are kept. */
  get kept(): number {
    return this.#kept;
  }

  /** An event, if it is at hand. */
  peek(seq: number): ExecutionEvent | null {
    return this.#pages.get(pageOf(seq))?.events[(seq - 1) % pageSize] ?? null;
  }

  /** The event of a number; null where the log does not go that far. */
  async event(seq: number): Promise<ExecutionEvent | null> {
    return this.peek(seq) ?? (await this.#page(pageOf(seq))).events[(seq - 1) % pageSize] ?? null;
  }

  /** The events after one up to another. */
  async between(after: number, to: number): Promise<ExecutionEvent[]> {
    const found: ExecutionEvent[] = [];
    for (let seq = after + 1; seq <= to;) {
      const page = pageOf(seq);
      if (!this.peek(seq)) await this.#page(page);
      const { events } = this.#pages.get(page) ?? (await this.#page(page));
      const part = events.slice((seq - 1) % pageSize, to - page * pageSize);
      if (part.length === 0) break;
      found.push(...part);
      seq += part.length;
    }
    return found;
  }

  stop(): void {
    this.#stop.abort();
  }

  #page(page: number): Promise<Page> {
    const known = this.#loading.get(page);
    if (known) return known;
    const loading = this.load(page * pageSize, pageSize, this.#stop.signal)
      .then((loaded) => this.#keep(page, loaded))
      .finally(() => this.#loading.delete(page));
    this.#loading.set(page, loading);
    return loading;
  }

  #keep(page: number, loaded: Page): Page {
    this.#kept += loaded.size - (this.#pages.get(page)?.size ?? 0);
    this.#pages.delete(page);
    this.#pages.set(page, loaded);
    for (const [other, { size }] of this.#pages) {
      if (this.#kept <= this.most || other === page) break;
      this.#pages.delete(other);
      this.#kept -= size;
    }
    return loaded;
  }
}

const pageOf = (seq: number) => Math.floor((seq - 1) / pageSize);
