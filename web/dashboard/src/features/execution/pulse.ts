// A little less than a hundred, so that what comes just after one is on screen within that time.
const least = 80;

/**
 * Says when to show what has come: at once after a quiet time, then some ten times a second at most, and never so often that
 * showing it takes more than half of the page's time. By microtask and timer, since frames stop in hidden tabs.
 */
export class Pulse {
  readonly #beat: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsked = false;
  #isStopped = false;
  #free = 0;

  constructor(beat: () => void) {
    this.#beat = beat;
  }

  /** Asks for the next beat. */
  ask(): void {
    if (this.#isAsked || this.#isStopped) return;
    this.#isAsked = true;
    const wait = this.#free - performance.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#strike(), wait);
    else queueMicrotask(() => this.#strike());
  }

  /** Beats now, if one was asked for. */
  now(): void {
    clearTimeout(this.#timer);
    this.#strike();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #strike(): void {
    if (!this.#isAsked || this.#isStopped) return;
    this.#isAsked = false;
    const start = performance.now();
    this.#free = start + least;
    this.#beat();

    // The page is drawn anew between this and the next task.
    setTimeout(() => (this.#free = Math.max(this.#free, start + 2 * (performance.now() - start))), 0);
  }
}
