import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readView, writeView } from '../../src/features/gantt/address.js';
import { TimeAxis } from '../../src/features/gantt/axis.js';
import { within, zoomedRange } from '../../src/features/gantt/range.js';

const types = ['agent', 'shell'];
const nothing = { text: '', status: '', type: '', foldsGaps: false, range: null };
const ranges = fc.tuple(fc.double({ min: 0, max: 1e10, noNaN: true }), fc.double({ min: 5, max: 1e10, noNaN: true })).map(([from, length]) => ({ from, to: from + length }));

describe('Address of the Gantt chart', () => {
  test('View is read as it was written, and what is not written stays', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), fc.constantFrom('', 'failed', 'undo.failed', 'pending'), fc.constantFrom('', ...types), fc.boolean(), (text, status, type, foldsGaps) => {
      const view = { text, status, type, foldsGaps, range: null };
      const query = writeView(view, 'graph=list&find=before&range=1-2');
      expect(readView(query, types)).toEqual(view);
      expect(readView(writeView({ text: 'other' }, query), types)).toEqual({ ...view, text: 'other' });
      expect(new URLSearchParams(query).get('graph')).toBe('list');
    }));
  });

  test('Range is as exact as a pixel of a wide screen, and short', () => {
    fc.assert(fc.property(ranges, (range) => {
      const query = writeView({ range }, '');
      const read = readView(query, types).range!;
      const pixel = (range.to - range.from) / 4000;
      expect(Math.abs(read.from - range.from)).toBeLessThan(pixel);
      expect(Math.abs(read.to - range.to)).toBeLessThan(pixel);
      expect(query.length).toBeLessThan(50);
    }));
  });

  test('Range of a link is within the chart, however long that is and whatever the link says', () => {
    fc.assert(fc.property(ranges, fc.integer({ min: 1, max: 1e9 }), (range, length) => {
      const axis = new TimeAxis({ from: 1000, to: 1000 + length });
      const read = readView(writeView({ range }, ''), types).range!;
      const seen = within({ from: axis.at(1000 + read.from), to: axis.at(1000 + read.to) }, axis.length);
      expect(seen === null || (seen.from >= 0 && seen.to > seen.from && seen.to <= axis.length + 1e-3)).toBe(true);
      const zoomed = zoomedRange(seen, axis.length, 1.5, 0.5);
      expect(zoomed === null || readView(writeView({ range: zoomed }, ''), types).range !== null).toBe(true);
    }));
  });

  test.each(['range=5-5', 'range=9-1', 'range=-5-9', 'range=1e3-2e3', 'range=NaN-Infinity', 'range=0-99999999999999', 'range=a-b', 'range=1-2-3', 'idle=yes', 'state=constructor', 'state=open', 'type=toString', ''])('shows all by what makes no sense: %s', (query) => {
    expect(readView(query, types)).toEqual(nothing);
  });

  test('Whatever it says is a view', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (find, state, range) => {
      const view = readView(String(new URLSearchParams({ find, state, type: state, range })), types);
      expect([typeof view.text, view.type, typeof view.status]).toEqual(['string', '', 'string']);
    }));
  });
});
