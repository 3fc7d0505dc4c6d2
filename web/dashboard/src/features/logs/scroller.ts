// Browsers draw elements of some millions of pixels, not of any height; below this, text still lies on whole pixels.
const tallest = 4_000_000;

/**
 * Shows a list that is higher than any element can be: short ways are scrolled pixel by pixel, a long one (a thumb that is
 * dragged) leads to the same part of the list as of the element.
 */
export class Scroller {
  #total = 0;
  #viewport = 0;
  #dom = 0;
  #shift = 0;

  /** Height of the element, in pixels. */
  get height(): number {
    return Math.min(this.#total, tallest);
  }

  /** Where the list is looked at, in pixels from its beginning. */
  get top(): number {
    return Math.max(0, Math.min(this.#dom + this.#shift, this.end));
  }

  /** The furthest place. */
  get end(): number {
    return Math.max(0, this.#total - this.#viewport);
  }

  /** Where a place of the list lies in the element. */
  inElement(place: number): number {
    return place - this.#shift;
  }

  /** Takes the height of the list and of what is seen of it. Gives where the element has to be scrolled to, or null where it may stay. */
  resize(total: number, viewport: number): number | null {
    const { top } = this;
    if (total === this.#total && viewport === this.#viewport) return null;
    [this.#total, this.#viewport] = [total, viewport];
    if (total <= tallest && this.#shift === 0) return null;
    return this.goTo(top);
  }

  /** The element was scrolled. Gives where it has to be scrolled to instead, or null. */
  scrolled(to: number): number | null {
    const delta = to - this.#dom;
    this.#dom = to;
    if (this.#total <= tallest) {
      this.#shift = 0;
      return null;
    }
    const last = this.height - this.#viewport;

    // The least that a thumb can be dragged is a pixel, which is as much of the element as it is higher than what is seen.
    if (Math.abs(delta) > Math.max(2 * this.#viewport, this.height / this.#viewport / 2)) this.#shift = (to / last) * this.end - to;
    else this.#shift = this.top - to;

    // The element ends where the list does not.
    return (to <= 0 && this.top > 0) || (to >= last && this.top < this.end) ? this.goTo(this.top) : null;
  }

  /** Goes to a place of the list; gives where to scroll the element. */
  goTo(place: number): number {
    const top = Math.max(0, Math.min(place, this.end));
    this.#dom = this.#total <= tallest ? top : this.#alike(top);
    this.#shift = top - this.#dom;
    return this.#dom;
  }

  /** Where the element is at the same part; near an end it can be scrolled as far as the list can. */
  #alike(top: number): number {
    const last = this.height - this.#viewport;
    const even = Math.round((top / this.end) * last);
    return Math.round(Math.max(Math.min(top, this.#viewport), Math.min(even, last - Math.min(this.end - top, this.#viewport))));
  }

  /** When nobody scrolls any more: puts the element to the part that the list is at, so that its thumb says so. */
  settle(): number | null {
    const before = this.#dom;
    return this.#shift === 0 || Math.abs(this.goTo(this.top) - before) < 1 ? null : this.#dom;
  }
}
