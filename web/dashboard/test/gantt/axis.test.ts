import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsOf, roomFor, stepOf, ticksOf, TimeAxis } from '../../src/features/gantt/axis.js';
import { pannedRange, within, zoomedRange } from '../../src/features/gantt/range.js';

const whole = { from: 1_000_000, to: 1_600_000 };
const busy = fc.array(fc.tuple(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 1, max: 60_000 })).map(([at, length]) => ({ from: whole.from + at, to: whole.from + at + length })), { maxLength: 12 });

describe('axis', () => {
  it('Gaps_are_times_in_which_nothing_is_busy', () => {
    fc.assert(fc.property(busy, (spans) => {
      const gaps = gapsOf(spans, whole);
      for (const gap of gaps) {
        expect(gap.from >= whole.from && gap.to <= whole.to && gap.to > gap.from).toBe(true);
        for (const span of spans) expect(span.to <= gap.from || span.from >= gap.to).toBe(true);
      }
      expect(gaps).toEqual([...gaps].sort((a, b) => a.from - b.from));
    }));
  });

  it('Axis_maps_times_both_ways_in_their_order', () => {
    fc.assert(fc.property(busy, fc.array(fc.integer({ min: whole.from, max: whole.to - 1 }), { minLength: 2, maxLength: 20 }), (spans, times) => {
      const axis = new TimeAxis(whole, gapsOf(spans, whole));
      let last = -Infinity;
      for (const time of times.sort((a, b) => a - b)) {
        const at = axis.at(time);
        expect(at).toBeGreaterThanOrEqual(last);
        expect(axis.timeAt(at)).toBeCloseTo(time, 3);
        last = at;
      }
      expect(axis.at(whole.from)).toBeCloseTo(0);
      expect(axis.at(whole.to)).toBeCloseTo(axis.length, 3);
    }));
  });

  it('Folded_gap_takes_little_room_and_the_rest_keeps_its_length', () => {
    const axis = new TimeAxis({ from: 0, to: 100_000 }, [{ from: 10_000, to: 90_000 }]);
    expect(axis.at(10_000)).toBe(10_000);
    expect(axis.at(90_000) - axis.at(10_000)).toBeCloseTo(600);
    expect(axis.at(100_000) - axis.at(90_000)).toBeCloseTo(10_000);
  });

  it('Marks_are_round_apart_and_outside_of_what_is_folded', () => {
    const axis = new TimeAxis({ from: 0, to: 100_000 }, [{ from: 10_000, to: 90_000 }]);
    const ticks = ticksOf(axis, { from: 0, to: axis.length }, 800);
    expect(ticks.length).toBeGreaterThan(3);
    for (const { at, since } of ticks) {
      expect(since % 1000).toBe(0);
      expect(since <= 10_000 || since >= 90_000).toBe(true);
      expect(at).toBeCloseTo(axis.at(since));
    }
    for (let i = 1; i < ticks.length; i++) expect(((ticks[i]!.at - ticks[i - 1]!.at) / axis.length) * 800).toBeGreaterThan(40);
  });

  it.each([[0.4, 1], [3, 5], [700, 1000], [12_000, 15_000], [4_000_000, 7_200_000], [100_000_000, 172_800_000]])('Marks_at_least_%s_ms_apart_are_%s_ms_apart', (least, step) => expect(stepOf(least)).toBe(step));

  it('Room_for_what_grows_changes_seldom', () => {
    const rooms = new Set(Array.from({ length: 3600 }, (_, second) => roomFor(second * 1000)));
    expect(rooms.size).toBeLessThan(25);
    for (let second = 0; second < 3600; second++) expect(roomFor(second * 1000)).toBeGreaterThan(second * 1000);
  });
});

describe('range', () => {
  it('Zoom_keeps_what_lies_below_the_pointer', () => {
    fc.assert(fc.property(fc.double({ min: 1.1, max: 4, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (factor, part) => {
      const range = zoomedRange({ from: 2000, to: 4000 }, 10_000, factor, part)!;
      expect(range.from + (range.to - range.from) * part).toBeCloseTo(2000 + 2000 * part, 6);
    }));
  });

  it('Range_never_leaves_the_axis', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })), { maxLength: 30 }), (moves) => {
      let range: { from: number; to: number } | null = null;
      for (const [factor, part, by] of moves) {
        range = pannedRange(zoomedRange(range, 10_000, factor, part), 10_000, by);
        if (range) expect(range.from >= 0 && range.to <= 10_000.0001 && range.to > range.from).toBe(true);
      }
    }));
  });

  it('Whole_axis_is_no_range', () => {
    expect(within({ from: -5, to: 10_005 }, 10_000)).toBeNull();
    expect(zoomedRange({ from: 100, to: 9000 }, 10_000, 0.5, 0.5)).toBeNull();
    expect(pannedRange(null, 10_000, 0.5)).toBeNull();
  });
});
