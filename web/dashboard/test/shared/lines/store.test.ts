import { ApiError } from '@sightglass/client';
import type { ExecutionEvent } from '@sightglass/client';
import { describe, expect, it, vi } from 'vitest';
import { LineFold } from '../../../src/shared/lines/fold.js';
import { everyLine, fits, hasLevel } from '../../../src/shared/lines/line.js';
import type { Line, LineFilter, LineWindow } from '../../../src/shared/lines/line.js';
import { LineStore } from '../../../src/shared/lines/store.js';
import type { LineQuestion } from '../../../src/shared/lines/store.js';
import { output } from './some.js';

/** A server with a log; it answers when it is told to. */
class FakeServer {
  readonly log: ExecutionEvent[] = [];
  readonly waiting: (() => void)[] = [];
  step = Infinity;
  requests = 0;
  #read: ReturnType<FakeServer['fold']> | null = null;

  load = (question: LineQuestion): Promise<LineWindow> => {
    this.requests++;
    return new Promise((resolve, reject) => {
      question.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      this.waiting.push(() => resolve(this.answer(question)));
    });
  };

  answer({ filter, at, from = 0, limit }: LineQuestion): LineWindow {
    const seq = Math.min(at, this.log.length, this.step);
    this.step += 50;
    if (this.#read?.seq !== seq || this.#read.filter !== filter) this.#read = this.fold(seq, filter);
    const { open, allLines, counts, wanted } = this.#read;
    return {
      from, total: wanted.length, allLines, seq, last: this.log.length, more: seq < Math.min(at, this.log.length), complete: false, open, counts,
      // Answers may be shorter than what was asked for.
      lines: wanted.slice(from, from + Math.min(limit, 333)),
    };
  }

  fold(seq: number, filter: LineFilter) {
    const fold = new LineFold();
    const all: Line[] = [];
    for (const event of this.log.slice(0, seq)) fold.add(event, (line) => all.push({ ...line, number: all.length + 1 }));
    const fitting = all.filter((line) => fits(filter, line));
    const counts = { debug: 0, info: 0, warning: 0, error: 0 };
    for (const line of fitting) counts[line.level]++;
    return { seq, filter, open: fold.open, allLines: all.length, counts, wanted: fitting.filter((line) => hasLevel(filter, line)) };
  }

  /** Answers until nobody asks any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet++) {
      await Promise.resolve();
      if (this.waiting.length > 0) quiet = 0;
      this.waiting.shift()?.();
    }
  }
}

function seeded(seed: number) {
  return (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
}

function grow(server: FakeServer, random: (below: number) => number, count: number): ExecutionEvent[] {
  const came = Array.from({ length: count }, (_, i) => {
    const seq = server.log.length + i + 1;
    const stage = ['a', 'b', 'b[0]'][random(3)]!;
    if (random(6) === 0) return { ...output(seq, stage, ''), type: 'stage.log', data: { level: ['debug', 'warning', 'error'][random(3)], message: `said ${seq}` } } as ExecutionEvent;
    return output(seq, stage, Array.from({ length: random(6) }, (_, n) => `${seq}.${n} ${random(3)}${random(4) === 0 ? '' : '\n'}`).join(''));
  });
  server.log.push(...came);
  return came;
}

describe('A store of lines', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('shows each line once and in order, however history and new events meet (%i)', async (seed) => {
    const random = seeded(seed);
    const server = new FakeServer();
    grow(server, random, 200 + random(400));
    server.step = 50 + random(500);
    const filters: LineFilter[] = [everyLine, { ...everyLine, stages: ['b'] }, { ...everyLine, levels: ['error'] }, { ...everyLine, text: '.1 2' }];
    const filter = filters[random(4)]!;
    const store = new LineStore(server.load, filter, () => undefined);
    store.moveTo(server.log.length);
    for (let round = 0; round < 60; round++) {
      const came = grow(server, random, random(30));

      // A batch may be lost with a connection; the one after it shows the gap.
      if (random(8) > 0) store.apply(came);
      if (random(3) === 0) server.waiting.shift()?.();
      if (random(3) === 0) await Promise.resolve();
      const from = random(3) === 0 ? random(Math.max(1, store.total)) : Math.max(0, store.total - 40);
      store.look(from, from + 40);
    }
    store.apply(grow(server, random, 5));
    await server.settle();

    expect([store.seq, store.isCounted, store.error]).toEqual([server.log.length, true, null]);
    const expected = server.answer({ filter, at: Infinity, limit: 1, signal: new AbortController().signal });
    expect([store.total, store.allLines, store.counts]).toEqual([expected.total, expected.allLines, expected.counts]);
    for (let from = 0; from < store.total; from += 40) {
      store.look(from, from + 40);
      await server.settle();
      const lines = server.answer({ filter, at: Infinity, from, limit: 40, signal: new AbortController().signal }).lines;
      expect(lines.map((_, i) => store.line(from + i))).toEqual(lines);
    }
  });

  it('keeps what is in sight and lets go of the rest', async () => {
    const server = new FakeServer();
    server.log.push(...Array.from({ length: 500 }, (_, i) => output(i + 1, 'a', 'line\n'.repeat(100))));
    const store = new LineStore(server.load, everyLine, () => undefined);
    store.moveTo(500);
    await server.settle();
    let most = 0;
    for (let from = 0; from < 50_000; from += 700) {
      store.look(from, from + 50);
      await server.settle();
      expect(store.line(from)?.number).toBe(from + 1);
      most = Math.max(most, store.held);
    }
    expect(most).toBeLessThanOrEqual(30 * 200);
  });

  it('asks for where a thumb stops, not for all that it passed over', async () => {
    const server = new FakeServer();
    server.log.push(...Array.from({ length: 300 }, (_, i) => output(i + 1, 'a', 'line\n'.repeat(100))));
    const store = new LineStore(server.load, everyLine, () => undefined);
    store.moveTo(300);
    await server.settle();
    const before = server.requests;
    for (let from = 0; from < 29_000; from += 1000) store.look(from, from + 50);
    await server.settle();
    expect(store.line(28_010)?.number).toBe(28_011);
    expect(server.requests - before).toBeLessThan(60);
  });

  it('shows the log as it stood when it goes back, and goes on from there', async () => {
    const server = new FakeServer();
    grow(server, seeded(3), 100);
    const store = new LineStore(server.load, everyLine, () => undefined);
    store.moveTo(100);
    await server.settle();
    const whole = store.total;
    store.moveTo(40);
    await server.settle();
    expect(store.seq).toBe(40);
    expect(store.total).toBeLessThan(whole);
    store.moveTo(100);
    await server.settle();
    expect(store.total).toBe(whole);
  });

  it('says what went wrong, and goes on when it is asked to', async () => {
    const server = new FakeServer();
    grow(server, seeded(3), 100);
    let isDown = true;
    const store = new LineStore((question) => (isDown ? Promise.reject(new Error('down')) : server.load(question)), everyLine, () => undefined);
    store.moveTo(100);
    await server.settle();
    expect(store.error).toEqual(new Error('down'));
    isDown = false;
    store.retry();
    await server.settle();
    expect([store.error, store.isCounted]).toEqual([null, true]);
  });

  it('tries again by itself, and at once when events come, unless it is refused', async () => {
    vi.useFakeTimers();
    const server = new FakeServer();
    const random = seeded(4);
    grow(server, random, 100);
    let error: Error | null = new Error('down');
    let asked = 0;
    const store = new LineStore((question) => (asked++, error ? Promise.reject(error) : server.load(question)), everyLine, () => undefined);
    store.moveTo(100);
    await server.settle();
    await vi.advanceTimersByTimeAsync(2000);
    expect([asked, store.error]).toEqual([2, error]);
    error = null;
    store.apply(grow(server, random, 5));
    await server.settle();
    expect([store.error, store.isCounted, store.seq]).toEqual([null, true, 105]);
    error = new ApiError(410, 'execution_deleted', 'It was deleted.');
    store.moveTo(40);
    await server.settle();
    const before = asked;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toBe(before);
    vi.useRealTimers();
  });
});
