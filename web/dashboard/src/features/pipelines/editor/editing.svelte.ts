import { ApiError } from '@sightglass/client';
import type { PlacedProblem } from '../pipelines.js';
import type { DraftPlace } from './drafts.js';

/** What an editor needs of the server. */
export interface EditingServer {
  /** Everything that is wrong with a text. */
  check(text: string, signal: AbortSignal): Promise<readonly PlacedProblem[]>;
  /** Writes it in place of what has the tag; `null` where there must be none yet. Gives the tag of what is there now. */
  save(text: string, tag: string | null): Promise<string>;
}

/** A file as it was read. */
export interface ReadFile {
  readonly text: string;
  /** Null for a new one. */
  readonly tag: string | null;
}

const checkAfter = 300;

/**
 * A pipeline file that is being written: what is wrong with it as one types, whether somebody else has changed it, and what
 * was not saved the last time. Without a place for drafts nothing may be written, nor checked.
 */
export class Editing {
  #text = $state.raw('');
  problems = $state.raw<readonly PlacedProblem[]>([]);
  /** How the last check ended; it says nothing of a text that was written since. */
  checked = $state.raw<'waiting' | 'done' | 'failed'>('waiting');
  isSaving = $state.raw(false);
  error = $state.raw<unknown>();
  /** The draft that came back: when it was written; null once it is saved or thrown away. */
  draftAt = $state.raw<number | null>(null);
  /** Whether the file has become another one since the draft was begun. */
  isOutdated = $state.raw(false);
  /** What the server has, as far as it is known here. */
  #file = $state.raw<ReadFile>({ text: '', tag: null });
  /** Tag of what is written over. */
  #tag: string | null;
  readonly #server: EditingServer;
  readonly #place: DraftPlace | null;

  constructor(server: EditingServer, file: ReadFile, place: DraftPlace | null) {
    this.#server = server;
    this.#file = file;
    this.#place = place;
    const draft = place?.get() ?? null;
    const comesBack = draft !== null && draft.text !== file.text;
    this.#text = comesBack ? draft.text : file.text;
    this.#tag = comesBack ? draft.tag : file.tag;
    this.draftAt = comesBack ? draft.at : null;
    this.isOutdated = comesBack && draft.tag !== file.tag;
    if (place === null) return;

    $effect(() => {
      if (!this.isChanged) place.delete();
      else if (this.text !== place.get()?.text) place.put({ text: this.text, tag: this.#tag, at: Date.now() });
    });
    $effect(() => {
      const asked = this.text;
      const stopping = new AbortController();
      this.checked = 'waiting';
      const timer = setTimeout(() => void this.#check(asked, stopping.signal), checkAfter);
      return () => {
        clearTimeout(timer);
        stopping.abort();
      };
    });
  }

  get text(): string {
    return this.#text;
  }

  // Why another text was not saved says nothing of this one; that somebody else has written the file still does.
  set text(text: string) {
    if (text !== this.#text && !this.isOverrun) this.error = undefined;
    this.#text = text;
  }

  /** Whether something is written that is kept nowhere but here. */
  get isChanged(): boolean {
    return this.text !== this.#file.text;
  }

  /** Whether there is no such file yet. */
  get isNew(): boolean {
    return this.#file.tag === null;
  }

  /** Whether somebody else has written the file since it was read here. */
  get isOverrun(): boolean {
    return this.error instanceof ApiError && this.error.status === 412;
  }

  /** Whether the text was not saved for what is wrong with it: `problems` has all of that. */
  get isRefused(): boolean {
    return this.error instanceof ApiError && this.error.problems.length > 0 && this.problems.length > 0;
  }

  /** Writes the text; what is wrong is told as problems. Gives whether it was written. */
  async save(): Promise<boolean> {
    if (this.isSaving) return false;
    const text = this.text;
    this.isSaving = true;
    this.error = undefined;
    try {
      this.#tag = await this.#server.save(text, this.#tag);
      this.#file = { text, tag: this.#tag };
      this.draftAt = null;
      this.isOutdated = false;
      return true;
    } catch (cause) {
      if (cause instanceof ApiError && cause.problems.length > 0) this.problems = cause.problems as readonly PlacedProblem[];
      this.error = cause;
      return false;
    } finally {
      this.isSaving = false;
    }
  }

  /** Writes the draft in place of the file that was read, which is another one than it began with. */
  saveOver(): Promise<boolean> {
    this.#tag = this.#file.tag;
    this.isOutdated = false;
    return this.save();
  }

  /** Forgets what was not saved. */
  throwAway(): void {
    this.text = this.#file.text;
    this.#tag = this.#file.tag;
    this.draftAt = null;
    this.isOutdated = false;
    this.error = undefined;
    this.#place?.delete();
  }

  async #check(text: string, signal: AbortSignal) {
    try {
      const problems = await this.#server.check(text, signal);
      if (signal.aborted) return;
      this.problems = problems;
      this.checked = 'done';
    } catch {
      if (!signal.aborted) this.checked = 'failed';
    }
  }
}
