import { describe, expect, it } from 'vitest';
import { placeOf, seek } from '../../src/features/logs/seek.js';
import { everyLine } from '../../src/shared/lines/line.js';
import type { Line, LineWindow } from '../../src/shared/lines/line.js';
import type { LineQuestion } from '../../src/shared/lines/store.js';

const numbers = [3, 8, 9, 40];
const line = (number: number): Line => ({ number, seq: number, time: 0, stage: 'a', attempt: 1, stream: 'log', level: 'error', text: 'x', length: 1 });

/** Finds the lines above, the first time without having counted all. */
function server(found = numbers) {
  let asked = 0;
  return async ({ from, line: number, limit }: LineQuestion): Promise<LineWindow> => {
    const first = from ?? (found.findIndex((n) => n >= number!) + found.length + 1) % (found.length + 1);
    const begin = from === undefined && !found.some((n) => n >= number!) ? found.length : first;
    return { from: begin, total: found.length, allLines: 50, counts: { debug: 0, info: 0, warning: 0, error: found.length }, lines: found.slice(begin, begin + limit).map(line), open: [], seq: 9, last: 9, more: asked++ === 0, complete: true };
  };
}
const at = async (from: number, direction: 1 | -1, found = numbers) => {
  const hit = await seek(server(found), everyLine, 9, from, direction, new AbortController().signal);
  return hit && [hit.line.number, hit.position, hit.isAround];
};

describe('Seeking', () => {
  it('finds the next line and the one before', async () => {
    expect(await at(0, 1)).toEqual([3, 0, false]);
    expect(await at(3, 1)).toEqual([8, 1, false]);
    expect(await at(9, -1)).toEqual([8, 1, false]);
    expect(await at(39, -1)).toEqual([9, 2, false]);
  });

  it('goes on at the other end', async () => {
    expect(await at(40, 1)).toEqual([3, 0, true]);
    expect(await at(3, -1)).toEqual([40, 3, true]);
    expect(await at(0, -1)).toEqual([40, 3, true]);
  });

  it('finds nothing where nothing fits', async () => expect(await at(1, 1, [])).toBeNull());

  it('tells the place of a line, or of the next that fits', async () => {
    const signal = new AbortController().signal;
    expect(await placeOf(server(), everyLine, 9, 8, signal)).toBe(1);
    expect(await placeOf(server(), everyLine, 9, 10, signal)).toBe(3);
  });
});
