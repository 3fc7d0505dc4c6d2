/** A pipeline file that was written and not saved. */
export interface Draft {
  readonly text: string;
  /** Tag of the file that it began with; null for a new one. */
  readonly tag: string | null;
  /** When it was changed last, in milliseconds since 1970. */
  readonly at: number;
}

const place = 'sightglass.drafts';
const limit = 20;

/** Characters that are stored at each change. The browser takes 30 ms for a megabyte, so longer ones are stored a moment later. */
const atOnce = 64 * 1024;
const storedWithin = 1000;

/** Drafts by their names: kept while the tab is open, over a reload as well where the browser has room; the oldest beyond 20 go. */
export class Drafts {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #storage: () => Storage;
  #drafts: Map<string, Draft> | null = null;

  /** Takes what gives the storage, which a browser may refuse. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  get(name: string): Draft | null {
    return this.#all.get(name) ?? null;
  }

  put(name: string, draft: Draft): void {
    this.#all.delete(name);
    this.#all.set(name, draft);
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= limit) break;
      this.#all.delete(oldest);
    }
    let length = 0;
    for (const { text } of this.#all.values()) length += text.length;
    if (length <= atOnce) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), storedWithin);
  }

  delete(name: string): void {
    if (this.#all.delete(name)) this.flush();
  }

  get #all(): Map<string, Draft> {
    return (this.#drafts ??= this.#read());
  }

  #read(): Map<string, Draft> {
    try {
      const stored = JSON.parse(this.#storage().getItem(place) ?? '[]') as [string, Draft][];
      return new Map(stored.filter(([name, draft]) => typeof name === 'string' && isDraft(draft)).slice(-limit));
    } catch {
      return new Map();
    }
  }

  /** Stores what is not stored yet, before the page is left. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      if (this.#all.size > 0) this.#storage().setItem(place, JSON.stringify([...this.#all]));
      else this.#storage().removeItem(place);
    } catch {
      // They hold until the page is left, before which it asks.
    }
  }
}

const isDraft = (draft: Draft | null) =>
  typeof draft?.text === 'string' && (draft.tag === null || typeof draft.tag === 'string') && Number.isFinite(draft.at);

/** The drafts of this tab. */
export const drafts = new Drafts(() => sessionStorage);
addEventListener('pagehide', () => drafts.flush());

/** Where drafts of one file are kept. */
export interface DraftPlace {
  get(): Draft | null;
  put(draft: Draft): void;
  delete(): void;
}

/** The place of a pipeline's draft; an empty id stands for a new one. Who signs in after somebody else does not get what they wrote. */
export function placeOf(caller: { organization: string; name: string } | null, pipeline: string): DraftPlace {
  const name = JSON.stringify([caller?.organization ?? '', caller?.name ?? '', pipeline]);
  return { get: () => drafts.get(name), put: (draft) => drafts.put(name, draft), delete: () => drafts.delete(name) };
}
