import type { ExecutionLog } from './log.js';

/** How many logs are kept. */
export const maxLogs = 10_000;

/** How many characters of JSON they may have together; the newest is kept however large it is. */
export const maxChars = 16 * 1024 * 1024;

/** A log as it came, with the characters of its message. */
export interface SizedLog {
  log: ExecutionLog;
  size: number;
}

/** The newest logs, each once. Every connection sends all from the first on, so that most of them are known. */
export class LogBuffer {
  #logs: readonly ExecutionLog[] = [];
  readonly #sizes = new Map<string, number>();
  #chars = 0;
  #isCatchingUp = false;

  /** How many older ones are kept no longer. */
  dropped = 0;

  get logs(): readonly ExecutionLog[] {
    return this.#logs;
  }

  /** A connection begins; what it sends up to the first log that is still kept was known and dropped. */
  begin(): void {
    this.#isCatchingUp = this.dropped > 0;
  }

  /** Adds those that are new. */
  add(came: readonly SizedLog[]): void {
    const all = [...this.#logs];
    for (const { log, size } of came) {
      if (this.#sizes.has(log.id)) this.#isCatchingUp = false;
      else if (!this.#isCatchingUp) {
        this.#sizes.set(log.id, size);
        this.#chars += size;
        all.push(log);
      }
    }
    let first = 0;
    while (all.length - first > 1 && (all.length - first > maxLogs || this.#chars > maxChars)) {
      const { id } = all[first++]!;
      this.#chars -= this.#sizes.get(id)!;
      this.#sizes.delete(id);
    }
    this.dropped += first;
    this.#logs = all.slice(first);
  }
}
