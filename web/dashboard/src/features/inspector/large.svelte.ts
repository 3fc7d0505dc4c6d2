import { untrack } from 'svelte';
import { api } from '../../shared/api.js';
import { downloadContent } from '../../shared/download.js';
import type { Reference } from './value.js';

const piece = 64 * 1024;

/** The largest value that a tab takes whole. */
const largest = 16 * 1024 * 1024;
const page = 1024 * 1024;

/** A value that is kept apart from the log, read piece by piece. */
export class LargeValue {
  readonly reference: Reference;
  readonly #execution: string;
  readonly #decoder = new TextDecoder();
  readonly #stop = new AbortController();

  text = $state.raw('');
  /** How many bytes of it are read. */
  read = $state.raw(0);
  isBusy = $state.raw(false);
  isSaving = $state.raw(false);
  error = $state.raw<unknown>(null);
  /** The value, once it is read whole. */
  value = $state.raw<unknown>(undefined);
  isWhole = $state.raw(false);

  /** @param execution whose value it is: without it the server looks only in its newest executions */
  constructor(reference: Reference, execution: string) {
    this.reference = reference;
    this.#execution = execution;
    this.text = reference.preview;
  }

  get canBeWhole(): boolean {
    return this.reference.bytes <= largest;
  }

  /** Reads the next piece. */
  more(length = piece): Promise<void> {
    return untrack(() => this.#more(length));
  }

  async #more(length: number): Promise<void> {
    if (this.isBusy || this.isWhole) return;
    this.isBusy = true;
    this.error = null;
    try {
      const bytes = await this.#part(this.read, length);
      const more = this.#decoder.decode(bytes, { stream: true });
      this.text = this.read === 0 ? more : this.text + more;
      this.read += bytes.length;
      if (this.read >= this.reference.bytes || bytes.length === 0) {
        this.value = JSON.parse(this.text) as unknown;
        this.isWhole = true;
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error = error;
    } finally {
      this.isBusy = false;
    }
  }

  /** Reads the rest. */
  async all(): Promise<void> {
    while (!this.isWhole && this.error === null && this.canBeWhole) {
      const before = this.read;
      await this.more(page);
      if (this.read === before) return;
    }
  }

  /** Saves all of it as a file; the server gives a value in parts alone. */
  async save(): Promise<void> {
    if (this.isSaving) return;
    this.isSaving = true;
    this.error = null;
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let offset = 0; offset < this.reference.bytes;) {
        const bytes = await this.#part(offset, page);
        if (bytes.length === 0) break;
        parts.push(bytes);
        offset += bytes.length;
      }
      downloadContent(`${this.reference.ref.slice(7, 19)}.json`, new Blob(parts, { type: 'application/json' }));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error = error;
    } finally {
      this.isSaving = false;
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #part(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await api.open('/api/values/{reference}', { path: { reference: this.reference.ref }, query: { execution: this.#execution, offset, length }, signal: this.#stop.signal });
    return new Uint8Array(await answer.arrayBuffer());
  }
}
