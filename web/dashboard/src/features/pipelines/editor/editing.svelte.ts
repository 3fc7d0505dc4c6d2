import { ApiError } from '@sightglass/client';
import type { PlacedProblem } from '../pipelines.js';

/** What an editor needs of the server. */
export interface EditingServer {
  /** Everything that is wrong with a text. */
  check(text: string, signal: AbortSignal): Promise<readonly PlacedProblem[]>;
  /** Writes it in place of what has the tag; `null` where there must be none yet. Gives the tag of what is there now. */
  save(text: string, tag: string | null): Promise<string>;
}

const checkAfter = 300;

/** A pipeline file that is being written: what is wrong with it as one types, and whether somebody else has changed it. */
export class Editing {
  text = $state('');
  problems = $state.raw<readonly PlacedProblem[]>([]);
  /** How the last check ended; it says nothing of a text that was written since. */
  checked = $state<'waiting' | 'done' | 'failed'>('waiting');
  isSaving = $state(false);
  error = $state.raw<unknown>();
  #saved = $state('');
  #tag: string | null;
  readonly #server: EditingServer;

  constructor(server: EditingServer, text: string, tag: string | null) {
    this.#server = server;
    this.#tag = tag;
    this.text = text;
    this.#saved = tag === null ? '' : text;

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

  get isChanged(): boolean {
    return this.text !== this.#saved;
  }

  /** Whether somebody else has written the file since it was read here. */
  get isOverrun(): boolean {
    return this.error instanceof ApiError && this.error.status === 412;
  }

  /** Writes the text; what is wrong is told as problems. Gives whether it was written. */
  async save(): Promise<boolean> {
    if (this.isSaving) return false;
    const text = this.text;
    this.isSaving = true;
    this.error = undefined;
    try {
      this.#tag = await this.#server.save(text, this.#tag);
      this.#saved = text;
      return true;
    } catch (cause) {
      if (cause instanceof ApiError && cause.problems.length > 0) this.problems = cause.problems as readonly PlacedProblem[];
      this.error = cause;
      return false;
    } finally {
      this.isSaving = false;
    }
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
