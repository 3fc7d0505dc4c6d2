import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, opened, resized, revealed, zoomed } from '../../src/features/graph/view.js';

const pane = { width: 800, height: 600 };
const sizes = fc.record({ width: fc.integer({ min: 100, max: 2_000_000 }), height: fc.integer({ min: 50, max: 800_000 }) });

describe('view', () => {
  it('Zoom_keeps_the_point_below_the_pointer', () => {
    const drawing = { width: 3000, height: 2000 };
    fc.assert(fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.integer({ min: 100, max: 700 }), fc.integer({ min: 100, max: 500 }), (factor, x, y) => {
      const before = { scale: 1, x: -900, y: -500 };
      const after = zoomed(before, factor, x, y, drawing, pane);
      expect((x - after.x) / after.scale).toBeCloseTo((x - before.x) / before.scale, 6);
      expect((y - after.y) / after.scale).toBeCloseTo((y - before.y) / before.scale, 6);
    }));
  });

  it('Zoom_ends_where_all_is_seen_and_where_nothing_more_can_be_made_out', () => {
    fc.assert(fc.property(sizes, fc.constantFrom(0.1, 10), (drawing, factor) => {
      let view = fitted(drawing, pane);
      const least = view.scale;
      for (let i = 0; i < 20; i++) view = zoomed(view, factor, 400, 300, drawing, pane);
      expect(view.scale).toBeGreaterThanOrEqual(Math.min(least, 0.4) * 0.999);
      expect(view.scale).toBeLessThanOrEqual(2.5);
    }));
  });

  it('Fitted_drawing_is_whole_and_in_the_middle', () => {
    fc.assert(fc.property(sizes, (drawing) => {
      const { scale, x, y } = fitted(drawing, pane);
      expect(x).toBeGreaterThanOrEqual(-0.01);
      expect(y).toBeGreaterThanOrEqual(-0.01);
      expect(x + drawing.width * scale).toBeLessThanOrEqual(pane.width + 0.01);
      expect(y + drawing.height * scale).toBeLessThanOrEqual(pane.height + 0.01);
    }));
  });

  it('What_is_revealed_is_in_sight_and_what_was_does_not_move', () => {
    const drawing = { width: 50_000, height: 50_000 };
    fc.assert(fc.property(fc.integer({ min: 200, max: 49_000 }), fc.integer({ min: 200, max: 49_000 }), (x, y) => {
      const view = revealed({ scale: 1, x: 0, y: 0 }, { x, y, width: 228, height: 56 }, drawing, pane);
      expect(x + view.x).toBeGreaterThanOrEqual(0);
      expect(x + 228 + view.x).toBeLessThanOrEqual(pane.width);
      expect(y + view.y).toBeGreaterThanOrEqual(0);
      expect(y + 56 + view.y).toBeLessThanOrEqual(pane.height);
      expect(revealed(view, { x, y, width: 228, height: 56 }, drawing, pane)).toEqual(view);
    }));
  });

  it('Large_graph_opens_where_its_words_can_be_read', () => {
    expect(opened({ width: 700, height: 300 }, pane, null).scale).toBe(1);
    const view = opened({ width: 2_000_000, height: 700 }, pane, { x: 1_000_000, y: 300, width: 228, height: 56 });
    expect(view.scale).toBeGreaterThan(0.5);
    expect(1_000_114 * view.scale + view.x).toBeCloseTo(400, 3);
  });

  it('What_stands_in_the_middle_stays_there_when_the_pane_gets_another_size', () => {
    const drawing = { width: 50_000, height: 50_000 };
    fc.assert(fc.property(fc.integer({ min: 200, max: 2000 }), fc.integer({ min: 200, max: 2000 }), (width, height) => {
      const before = { scale: 0.8, x: -9000, y: -7000 };
      const view = resized(before, pane, { width, height }, drawing, null);
      expect(view.scale).toBe(before.scale);
      expect((width / 2 - view.x) / view.scale).toBeCloseTo((pane.width / 2 - before.x) / before.scale, 6);
      expect((height / 2 - view.y) / view.scale).toBeCloseTo((pane.height / 2 - before.y) / before.scale, 6);
    }));
  });

  it('What_is_selected_stays_in_sight_when_the_pane_gets_another_size', () => {
    const drawing = { width: 3000, height: 1000 };
    fc.assert(fc.property(fc.integer({ min: 300, max: 2000 }), fc.integer({ min: 200, max: 2000 }), (width, height) => {
      const { scale, x, y } = resized({ scale: 0.8, x: -100, y: 0 }, pane, { width, height }, drawing, { x: 140, y: 40, width: 228, height: 56 });
      expect(140 * scale + x).toBeGreaterThanOrEqual(0);
      expect(368 * scale + x).toBeLessThanOrEqual(width);
      expect(40 * scale + y).toBeGreaterThanOrEqual(0);
      expect(96 * scale + y).toBeLessThanOrEqual(height);
    }));
  });
});
