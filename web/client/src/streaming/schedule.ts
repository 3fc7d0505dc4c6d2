const delays = [3000, 6000, 12_000, 24_000, 48_000] as const;

/** When the next try of a stream comes. A stream that brought something starts the delays over. */
export class RetrySchedule {
  #failures = 0;
  #hasProgress = false;
  #comeBack: number | null = null;

  /** Notes that a stream brought something new. */
  progressed(): void {
    this.#hasProgress = true;
  }

  /** Notes when the server asks viewers of this stream to come back after it ends. */
  comeBack(milliseconds: number): void {
    this.#comeBack = milliseconds;
  }

  /**
   * Gives the milliseconds until the next try, and null when tries have run out.
   * @param atOnce whether the server sent the viewer away to come back at once
   * @param asked how long it asked to wait, in its refusal
   */
  next(atOnce: boolean, asked: number | null): number | null {
    if (this.#hasProgress) this.#failures = 0;
    this.#hasProgress = false;
    const wished = this.#comeBack ?? asked;
    this.#comeBack = null;
    const failures = this.#failures;
    const delay = delays[failures];
    if (delay === undefined) return null;
    this.#failures++;

    // Whom the server sends away again and again without a word waits as after a loss.
    if (failures === 0 && atOnce) return 0;
    if (wished === null) return delay;
    return failures === 0 ? wished : Math.max(wished, delay);
  }
}
