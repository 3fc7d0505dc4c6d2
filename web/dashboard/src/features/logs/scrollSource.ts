/** Tells what the reader scrolled from what the page did: the browser says both alike, and later. */
export class ScrollSource {
  #known = 0;

  /** The page has put the element there, or the browser has told of it. */
  note(top: number): void {
    this.#known = top;
  }

  /** Whether the reader has scrolled since. */
  isReader(top: number): boolean {
    return Math.abs(top - this.#known) >= 1;
  }

  /** Whether the reader has scrolled away from the end. An element that became lower stands at its end by itself. */
  hasLeft(top: number, end: number): boolean {
    return this.isReader(top) && top < end - 1;
  }
}
