import { describe, expect, it } from 'vitest';
import { Scroller } from '../../src/features/logs/scroller.js';

const total = 20_000_000;
const viewport = 800;

/** An element as a browser scrolls it: within its height, at whole pixels. */
class Element {
  top = 0;
  readonly scroller = new Scroller();

  constructor(height = total) {
    this.place(this.scroller.resize(height, viewport));
  }

  get last() {
    return this.scroller.height - viewport;
  }

  place(to: number | null) {
    if (to !== null) this.top = Math.max(0, Math.min(Math.round(to), this.last));
  }

  scroll(to: number) {
    this.top = Math.max(0, Math.min(Math.round(to), this.last));
    this.place(this.scroller.scrolled(this.top));
  }

  /** What is drawn has to lie where it is looked at. */
  check() {
    expect(Math.abs(this.scroller.inElement(this.scroller.top) - this.top)).toBeLessThanOrEqual(1);
    expect(this.scroller.top).toBeGreaterThanOrEqual(0);
    expect(this.scroller.top).toBeLessThanOrEqual(this.scroller.end);
  }
}

describe('A scroller', () => {
  it('leaves a list alone that an element can be as high as', () => {
    const element = new Element(50_000);
    for (const to of [0, 10, 30_000, 49_200, 5]) {
      element.scroll(to);
      expect(element.scroller.top).toBe(to);
    }
    expect(element.scroller.settle()).toBeNull();
  });

  it('goes short ways pixel by pixel, and to the end by the thumb', () => {
    const element = new Element();
    element.scroll(element.last / 2);
    expect(element.scroller.top).toBeCloseTo(element.scroller.end / 2, -1);
    const { top } = element.scroller;
    for (let i = 1; i <= 50; i++) {
      element.scroll(element.top + 100);
      expect(element.scroller.top).toBeCloseTo(top + i * 100, 0);
      element.check();
    }
    element.scroll(element.last);
    expect(element.scroller.top).toBe(element.scroller.end);
    element.scroll(0);
    expect(element.scroller.top).toBe(0);
  });

  it('reaches both ends by short ways alone', () => {
    const element = new Element();
    element.place(element.scroller.goTo(element.scroller.end - 5000));
    for (let i = 0; i < 60; i++) element.scroll(element.top + 100);
    expect(element.scroller.top).toBe(element.scroller.end);
    element.place(element.scroller.goTo(5000));
    for (let i = 0; i < 60; i++) element.scroll(element.top - 100);
    expect(element.scroller.top).toBe(0);
  });

  it('shows the same place when the thumb is put right', () => {
    const element = new Element();
    element.place(element.scroller.goTo(10_000_000));
    for (let i = 0; i < 500; i++) element.scroll(element.top + 1000);
    const { top } = element.scroller;
    element.place(element.scroller.settle());
    expect(element.scroller.top).toBeCloseTo(top, -1);
    expect(element.top / element.last).toBeCloseTo(top / element.scroller.end, 3);
  });

  it('stays where it is looked at while the list grows, and never leaves it', () => {
    let seed = 11;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    const element = new Element(1000);
    let height = 1000;
    for (let i = 0; i < 5000; i++) {
      const kind = random(6);
      if (kind === 0) {
        height += random(200_000);
        const before = element.scroller.top;
        element.place(element.scroller.resize(height, viewport));
        expect(Math.abs(element.scroller.top - before)).toBeLessThanOrEqual(1);
      } else if (kind === 1) element.scroll(random(element.last + 1));
      else if (kind === 2) element.place(element.scroller.settle());
      else element.scroll(element.top + random(1200) - 600);
      element.check();
    }
  });
});
