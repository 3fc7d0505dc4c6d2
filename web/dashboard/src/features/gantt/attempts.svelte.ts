import type { StageState } from '@sightglass/client';
import { api } from '../../shared/api.js';
import type { Attempt } from './bars.js';

/** So many requests are on their way at once, and so many stages are remembered. */
const limits = { atOnce: 4, kept: 2000 };

interface Known {
  /** The newest attempt when it was asked; and its end, which changes it. */
  readonly version: string;
  readonly attempts: readonly Attempt[];
}

const versionOf = ({ attempt, endTime }: StageState) => `${attempt} ${endTime}`;

/** The earlier attempts of stages that were retried, read as they come into sight. */
export class Attempts {
  readonly #known = new Map<string, Known>();
  /** Counts what came to be known, for those who read it. */
  #changes = $state.raw(0);
  readonly #asked = new Map<string, string>();
  readonly #waiting = new Map<string, StageState>();
  #busy = 0;
  #isStopped = false;

  /** What is known of a stage's attempts; null before anything is. */
  of = (stage: StageState): readonly Attempt[] | null => {
    void this.#changes;
    return this.#known.get(stage.key)?.attempts ?? null;
  };

  /** Asks for those that are in sight and are not known as they are now. */
  want(execution: string, stages: readonly StageState[]): void {
    this.#waiting.clear();
    for (const stage of stages) {
      if (stage.attempt > 1 && !stage.instances && this.#asked.get(stage.key) !== versionOf(stage)) this.#waiting.set(stage.key, stage);
    }
    this.#next(execution);
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  #next(execution: string): void {
    for (const [key, stage] of this.#waiting) {
      if (this.#busy >= limits.atOnce || this.#isStopped) return;
      this.#waiting.delete(key);
      this.#busy++;
      const version = versionOf(stage);
      this.#asked.set(key, version);
      api.get('/api/executions/{id}/stages/{stage}', { path: { id: execution, stage: key } })
        .then(({ attempts }) => this.#keep(key, { version, attempts }))

        // Without them the bar says that there were earlier attempts; the next change asks again.
        .catch(() => {})
        .finally(() => {
          this.#busy--;
          this.#next(execution);
        });
    }
  }

  #keep(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    this.#changes++;
    if (this.#known.size <= limits.kept) return;
    const oldest = this.#known.keys().next().value!;
    this.#known.delete(oldest);
    this.#asked.delete(oldest);
  }
}
