import { ApiError } from '@sightglass/client';
import type { PlacedProblem } from '../pipelines.js';
import type { DraftPlace } from './drafts.js';

/** What an editor needs of the server. */
export interface EditingServer {
  /** Everything that is wrong with a text. */
  check(text: string, signal: AbortSignal): Promise<readonly PlacedProblem[]>;
  /** Writes it in place of what has the tag; `null` where there must be none yet. Gives the tag of what is there now. */
  save(text: string, tag: string | null): Promise<string>;
  /** Reads the file that a text would be written to; null where there is none. */
  read(text: string): Promise<ReadFile | null>;
}

/** A file as it was read. */
export interface ReadFile {
  readonly text: string;
  /** Null for a new one. */
  readonly tag: string | null;
}

const checkAfter = 300;
const checkAgainAfter = 5000;
const noFile: ReadFile = { text: '', tag: null };

/**
 * A pipeline file that is being written: what is wrong with it as one types, whether somebody else has changed or deleted it,
 * and what was not saved the last time. What was typed goes by the user's own word alone: news of the file never take its
 * place. Without a place for drafts nothing may be written, nor checked.
 */
export class Editing {
  #text = $state.raw('');
  problems = $state.raw<readonly PlacedProblem[]>([]);
  /** How the last check ended; it says nothing of a text that was written since. */
  checked = $state.raw<'waiting' | 'done' | 'failed'>('waiting');
  /** Why the last check gave no answer. */
  checkError = $state.raw<unknown>();
  isSaving = $state.raw(false);
  error = $state.raw<unknown>();
  /** The draft that came back: when it was written; null once it is saved or thrown away. */
  draftAt = $state.raw<number | null>(null);
  /** Whether the text is what somebody else has saved, and came here by itself. */
  isTheirs = $state.raw(false);
  /** What the server has, as far as it is known here. */
  #file = $state.raw<ReadFile>(noFile);
  /** Tag of the file that the text was made of, which is what it may be written over. */
  #tag = $state.raw<string | null>(null);
  /** Whether the text is that of a new pipeline, and no file's that has been deleted. */
  readonly #isBegun: boolean;
  #turn = 0;
  #isAskedAgain = false;
  #checks = $state.raw(0);
  readonly #server: EditingServer;
  #place: DraftPlace | null;
  /** The text of the draft that is kept from here. */
  #kept: string | null;

  /** Takes the file, null where there is none any more. */
  constructor(server: EditingServer, file: ReadFile | null, place: DraftPlace | null) {
    this.#server = server;
    this.#file = file ?? noFile;
    this.#isBegun = file !== null && file.tag === null;
    this.#place = place;
    const draft = place?.get() ?? null;
    this.#kept = draft?.text ?? null;
    const comesBack = draft !== null && draft.text !== this.#file.text;
    this.#text = comesBack ? draft.text : this.#file.text;
    this.#tag = comesBack ? draft.tag : this.#file.tag;
    this.draftAt = comesBack ? draft.at : null;
    if (place === null) return;

    $effect(() => this.#keep());
    $effect(() => {
      void this.#checks;
      const asked = this.text;
      const stopping = new AbortController();
      this.checked = 'waiting';
      const timer = setTimeout(() => void this.#check(asked, stopping.signal), checkAfter);
      return () => {
        clearTimeout(timer);
        stopping.abort();
      };
    });
    $effect(() => {
      if (this.checked !== 'failed' || !isPassing(this.checkError)) return;
      const timer = setTimeout(() => this.#checks++, checkAgainAfter);
      return () => clearTimeout(timer);
    });
  }

  get text(): string {
    return this.#text;
  }

  // Why another text was not saved says nothing of this one.
  set text(text: string) {
    if (text === this.#text) return;
    this.error = undefined;
    this.isTheirs = false;
    this.#text = text;
  }

  /** Gets what the server has. */
  get saved(): string {
    return this.#file.text;
  }

  /** Whether something is written that is kept nowhere but here. */
  get isChanged(): boolean {
    return this.text !== this.#file.text;
  }

  /** Whether there is no such file yet. */
  get isNew(): boolean {
    return this.#isBegun && this.#file.tag === null;
  }

  /** Whether the file has become another one since the text was begun, so that to save it replaces what somebody else wrote. */
  get isOutdated(): boolean {
    return this.isChanged && this.#tag !== this.#file.tag;
  }

  /** Whether somebody has deleted the file, or given it another id. */
  get isGone(): boolean {
    return this.#tag !== null && this.#file.tag === null;
  }

  /** Whether a new text has the id of a pipeline that is there already. */
  get isTaken(): boolean {
    return this.isNew && isConflict(this.error);
  }

  /** Whether the text was not saved for what is wrong with it: `problems` has all of that. */
  get isRefused(): boolean {
    return this.error instanceof ApiError && this.error.problems.length > 0 && this.problems.length > 0;
  }

  /** Whether the same text may be saved by another try. */
  get mayPass(): boolean {
    return isConflict(this.error) || isPassing(this.error);
  }

  /**
   * Writes the text; what is wrong is told as problems. While it is under way a further one waits for it, and writes what there
   * is then. Gives whether all was written.
   */
  async save(): Promise<boolean> {
    if (this.isSaving) {
      this.#isAskedAgain = true;
      return false;
    }
    this.isSaving = true;
    try {
      let isSaved: boolean;
      do {
        this.#isAskedAgain = false;
        isSaved = await this.#saveOnce();
      } while (isSaved && this.#isAskedAgain && this.isChanged);
      return isSaved;
    } finally {
      this.isSaving = false;
    }
  }

  /** Writes the text in place of what somebody else has written meanwhile, or anew where they have deleted it. */
  saveOver(): Promise<boolean> {
    this.#tag = this.#file.tag;
    return this.save();
  }

  /** Puts what the server has in place of what was not saved. */
  throwAway(): void {
    this.text = this.#file.text;
    this.#tag = this.#file.tag;
    this.draftAt = null;
    this.error = undefined;
    this.#keep();
  }

  /** Looks whether the file is still the one that is known here. Another one is taken where nothing was written. */
  async look(): Promise<void> {
    if (this.isSaving || this.isNew) return;
    const turn = ++this.#turn;
    try {
      const file = await this.#server.read(this.text);
      if (turn === this.#turn) this.#learn(file);
    } catch {
      // The page tells where the server is away; a save finds out for certain.
    }
  }

  /** Keeps what is not saved in another place from now on. */
  moveTo(place: DraftPlace): void {
    this.#place?.delete();
    this.#place = place;
    this.#keep();
  }

  async #saveOnce(): Promise<boolean> {
    const text = this.text;
    const tag = this.#tag;
    this.#turn++;
    this.error = undefined;
    try {
      this.#has({ text, tag: await this.#server.save(text, tag) });
      return true;
    } catch (cause) {
      // Where the answer to an earlier save was lost, what somebody else seems to have written is this text.
      const theirs = isConflict(cause) ? await this.#server.read(text).catch(() => undefined) : undefined;
      if (theirs?.text === text) {
        this.#has(theirs);
        return true;
      }
      if (cause instanceof ApiError && cause.problems.length > 0) this.problems = cause.problems as readonly PlacedProblem[];
      if (theirs !== undefined && !this.isNew) this.#learn(theirs);
      if (!this.isOutdated) this.error = cause;
      return false;
    }
  }

  /** The server has it, and what is written here was made of it. */
  #has(file: ReadFile): void {
    this.#file = file;
    this.#tag = file.tag;
    this.draftAt = null;

    // Where the page was left meanwhile, and come back to, the draft may be a newer one.
    if ((this.#place?.get()?.text ?? this.#kept) === this.#kept) this.#keep();
  }

  #learn(file: ReadFile | null): void {
    const known = file ?? noFile;
    if (known.tag === this.#file.tag) return;
    if (file && this.isChanged && file.text === this.text) {
      // The answer to a save was lost, and this text was saved all the same.
      this.error = undefined;
      this.#has(file);
    } else if (this.isChanged) {
      this.#file = known;
    } else if (file) {
      // What was read stays to be seen where it is gone.
      this.#file = file;
      this.#tag = file.tag;
      this.#text = file.text;
      this.isTheirs = true;
    }
  }

  #keep(): void {
    const kept = this.#place?.get();
    if (!this.isChanged) this.#place?.delete();
    else if (this.text !== kept?.text || this.#tag !== kept.tag) this.#place?.put({ text: this.text, tag: this.#tag, at: Date.now() });
    this.#kept = this.isChanged ? this.text : null;
  }

  async #check(text: string, signal: AbortSignal) {
    try {
      const problems = await this.#server.check(text, signal);
      if (signal.aborted) return;
      this.problems = problems;
      this.checked = 'done';
    } catch (cause) {
      if (signal.aborted) return;
      this.checkError = cause;
      this.checked = 'failed';
    }
  }
}

const isPassing = (cause: unknown): boolean => cause instanceof ApiError && cause.isPassing;
const isConflict = (cause: unknown): boolean => cause instanceof ApiError && cause.status === 412;
