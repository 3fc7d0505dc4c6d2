import type { ExecutionState, StageState } from '@sightglass/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ContentSearch } from '../../../src/shared/content/search.js';
import type { LineWindow } from '../../../src/shared/lines/line.js';
import type { LineQuestion } from '../../../src/shared/lines/store.js';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const stage = (key: string, more: Partial<StageState> = {}) => ({ key, id: key, name: key, attempt: 1, error: null, output: null, reason: null, ...more }) as StageState;
const state = (seq: number, ...stages: StageState[]) => ({ id: 'e', seq, stages }) as unknown as ExecutionState;

/** A log of lines, each told by `STAGE: TEXT`, at the event of its number. */
function logOf(lines: readonly string[]) {
  const asked: LineQuestion[] = [];
  const load = (question: LineQuestion): Promise<LineWindow> => {
    asked.push(question);
    const fitting = lines.slice(0, question.at).map((line, i) => ({ number: i + 1, stage: line.split(': ')[0]!, text: line.split(': ')[1]! }))
      .filter((line) => line.text.includes(question.filter.text) && line.number >= (question.line ?? 1))
      .filter((line) => question.filter.stages.length === 0 || question.filter.stages.includes(line.stage));
    return Promise.resolve({ lines: fitting.slice(0, question.limit), open: [], more: false } as unknown as LineWindow);
  };
  return { asked, load };
}

const found = (search: ContentSearch) => [...search.keys].sort();
const typed = () => vi.advanceTimersByTimeAsync(250);

describe('Search in what stages said', () => {
  test('Stages_that_printed_gave_back_or_failed_with_the_text_are_found', async () => {
    const { load } = logOf(['a: the needle', 'b: hay', 'c[3]: a needle too']);
    const search = new ContentSearch(load, () => undefined);
    search.look(' NeeDle ', state(3, stage('a'), stage('b'), stage('c'), stage('d', { output: { deep: ['needle'] } }), stage('e', { error: { code: 'x', message: 'Needle broke', detail: null } as never })));
    expect(search.status).toBe('reading');
    await typed();
    expect(found(search)).toEqual(['a', 'c', 'c[3]', 'd', 'e']);
    expect(search.status).toBe('whole');
  });

  test('Typing_asks_once_and_too_little_or_too_much_text_never', async () => {
    const { asked, load } = logOf(['a: abc']);
    const search = new ContentSearch(load, () => undefined);
    for (const text of ['a', 'ab', 'abc']) {
      search.look(text, state(1, stage('a')));
      await vi.advanceTimersByTimeAsync(100);
    }
    await typed();
    expect(asked.filter(({ line }) => line === 1).map(({ filter }) => filter.text)).toEqual(['abc']);
    const before = asked.length;
    for (const text of ['a', 'x'.repeat(201), ' ']) {
      search.look(text, state(1, stage('a')));
      await typed();
      expect([search.status, found(search)]).toEqual(['none', []]);
    }
    expect(asked.length).toBe(before);
  });

  test('Log_that_grows_is_read_on_from_where_it_was_and_one_that_goes_back_anew', async () => {
    const { asked, load } = logOf(['a: needle', 'b: hay', 'b: needle']);
    const search = new ContentSearch(load, () => undefined);
    search.look('needle', state(2, stage('a'), stage('b')));
    await typed();
    expect(found(search)).toEqual(['a']);
    search.look('needle', state(3, stage('a'), stage('b')));
    expect(found(search)).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(found(search)).toEqual(['a', 'b']);
    expect(asked.every(({ line }, i) => i === 0 || line! > 1)).toBe(true);
    search.look('needle', state(2, stage('a'), stage('b')));
    expect(found(search)).toEqual([]);
    await typed();
    expect(found(search)).toEqual(['a']);
  });

  test('Stage_that_says_it_again_and_again_does_not_hide_the_others', async () => {
    const lines = [...Array.from({ length: 50_000 }, () => 'loud: needle'), 'quiet: needle'];
    const { asked, load } = logOf(lines);
    const search = new ContentSearch(load, () => undefined);
    search.look('needle', state(lines.length, stage('loud'), stage('quiet')));
    await typed();
    expect(found(search)).toEqual(['loud', 'quiet']);
    expect(search.status).toBe('whole');
    expect(asked.length).toBeLessThan(15);
  });

  test('Search_is_bounded_and_says_so', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `s${i % 200}: needle`);
    const { asked, load } = logOf(lines);
    const search = new ContentSearch(load, () => undefined);
    search.look('needle', state(lines.length, ...Array.from({ length: 400 }, (_, i) => stage(`s${i}`))));
    await typed();
    expect([search.status, search.keys.size]).toEqual(['bound', 200]);
    expect(asked.length).toBe(10);
  });

  test('Failure_is_told_until_it_is_tried_again', async () => {
    const { load } = logOf(['a: needle']);
    let isAway = true;
    const search = new ContentSearch((question) => (isAway ? Promise.reject(new Error('away')) : load(question)), () => undefined);
    search.look('needle', state(1, stage('a'), stage('b', { output: 'needle' })));
    await typed();
    expect([search.status, found(search)]).toEqual(['broken', ['b']]);
    isAway = false;
    search.retry();
    await typed();
    expect([search.status, found(search)]).toEqual(['whole', ['a', 'b']]);
  });

  test('Answer_that_comes_after_the_text_has_changed_counts_for_nothing', async () => {
    let answer: (window: LineWindow) => void = () => {};
    const search = new ContentSearch(() => new Promise((resolve) => (answer = resolve)), () => undefined);
    search.look('needle', state(1, stage('a')));
    await typed();
    const late = answer;
    search.look('other', state(1, stage('a')));
    late({ lines: [{ number: 1, stage: 'a' }], open: [], more: false } as unknown as LineWindow);
    await vi.advanceTimersByTimeAsync(0);
    expect(found(search)).toEqual([]);
  });
});
