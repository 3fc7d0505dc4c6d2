import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../src/features/execution/address.js';
import { noFilter, readFilter, writeFilter } from '../../src/features/execution/rows.js';
import { readFilter as readLines } from '../../src/shared/lines/address.js';
import { longestValue, withParts } from '../../src/shared/query.js';

const names = ['tab', 'stage', 'line', 'at', 'draw', 'look', 'find', 'state', 'type', 'range', 'idle', 'graph', 'open', 'in', 'level', 'stream', 'q', 'other'];
const queries = fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('gantt', 'failed', 'constructor', '__proto__', '1-2', '<b>', 'x'.repeat(999)))), { maxLength: 80 });

describe('Address of the viewer', () => {
  const all = '?tab=graph&stage=check%5B2%5D&line=7&at=41&draw=gantt&look=logs&in=a&in=b%5B1%5D&level=error%2Cwarning&stream=error&q=no+space';
  test('says all that is shown, and is read back the same', () => expect(writeAddress(readAddress(new URLSearchParams(all)), new URLSearchParams(all))).toBe(all));
  test('lets no line count by what makes no sense', () => {
    expect(readLines(new URLSearchParams(readAddress(new URLSearchParams(`level=loud,error,error&stream=tape&in=&q=${'x'.repeat(999)}`)).lines))).toEqual({ stages: [], levels: ['error'], stream: null, text: 'x'.repeat(200) });
  });
  test('leaves out what is as it begins, and keeps what is not its own', () => {
    expect(writeAddress(readAddress(new URLSearchParams('tab=timeline&draw=list&at=-3&stage=')), new URLSearchParams('other=x&stage=a'))).toBe('?other=x');
  });

  test('says all that is drawn, and is read back the same', () => {
    const drawn = '?draw=gantt&find=a%26b+%3Cb%3E&state=failed&type=shell&range=1200-5400&idle=folded&graph=list&open=fold%3Aa&open=each';
    const view = readAddress(new URLSearchParams(drawn));
    expect(writeAddress(view, new URLSearchParams(drawn))).toBe(drawn);
    expect(readAddress(new URLSearchParams(writeAddress(view, new URLSearchParams())))).toEqual(view);
  });

  test('Whatever it says, what is written of it reads the same, holds no more than it may, and loses nothing of others', () => {
    fc.assert(fc.property(queries, (parts) => {
      const query = new URLSearchParams(parts);
      const view = readAddress(query);
      const written = new URLSearchParams(writeAddress(view, query));
      const again = readAddress(written);
      expect({ ...again, drawn: '', lines: '' }).toEqual({ ...view, drawn: '', lines: '' });
      for (const part of ['drawn', 'lines'] as const) {
        const [first, second] = [view, again].map((one) => new URLSearchParams(one[part]));
        for (const name of names) expect(second!.getAll(name)).toEqual(first!.getAll(name).filter(Boolean));
      }
      for (const [name, value] of [...new URLSearchParams(view.drawn), ...new URLSearchParams(view.lines)]) expect([names.includes(name), value.length <= longestValue]).toEqual([true, true]);
      expect([...new URLSearchParams(view.drawn)].length).toBeLessThanOrEqual(50);
      expect(written.getAll('other')).toEqual(query.getAll('other'));
    }));
  });
});

describe('Filter of the timeline', () => {
  const types = ['agent', 'shell'];

  test('Filter is read as it was written, beside what others wrote', () => {
    fc.assert(fc.property(fc.string({ maxLength: longestValue }), fc.constantFrom('all', 'open', 'running', 'waiting', 'failed', 'completed', 'skipped'), fc.constantFrom('', ...types), (text, status, type) => {
      const query = writeFilter({ text, status, type } as typeof noFilter, 'graph=list&find=before&state=failed');
      expect(readFilter(query, types)).toEqual({ text, status, type });
      expect(new URLSearchParams(query).get('graph')).toBe('list');
    }));
  });

  test.each(['state=constructor&type=toString', 'state=__proto__&type=', 'state=undo.failed&type=wait', 'state=FAILED', ''])('narrows nothing by what makes no sense: %s', (query) => {
    expect(readFilter(query, types)).toEqual(noFilter);
  });

  test('Filter of all stages is not in an address', () => expect(writeFilter(noFilter, 'find=a&state=failed&type=shell')).toBe(''));
});

test('Parts of a query are set in place of what was there, and left out without a value', () => {
  expect(withParts('a=1&b=2&b=3&c=4', { b: ['5', '', '6'], c: null, d: '', e: 7 })).toBe('a=1&b=5&b=6&e=7');
  expect(withParts('a=1&b=2&c=3', { b: '4' })).toBe('a=1&b=4&c=3');
  expect(withParts('?a=1', { a: [] })).toBe('');
});
