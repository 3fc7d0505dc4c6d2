import { afterEach, expect, test, vi } from 'vitest';
import { everyLine } from '../../../src/shared/lines/line.js';
import { linesOf } from '../../../src/shared/lines/load.js';

afterEach(() => vi.unstubAllGlobals());

const window = { from: 0, total: 0, allLines: 0, counts: { debug: 0, info: 0, warning: 0, error: 0 }, lines: [], open: [], seq: 7, last: 7, more: false, complete: true };

/** Answers requests for lines, and gives their addresses. */
function answered(): URL[] {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', (input: string, { signal }: RequestInit) => {
    asked.push(new URL(input, 'http://x'));
    return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(Response.json(window));
  });
  return asked;
}

test('Lines_are_asked_for_as_narrowed_in_part_and_up_to_an_event', async () => {
  const asked = answered();
  const filter = { stages: ['a', 'b[1]'], levels: ['error'] as const, stream: 'error' as const, text: 'no space & left' };
  const { signal } = new AbortController();
  expect(await linesOf('x/1')({ filter, at: 7, from: 200, limit: 400, width: 80, signal })).toEqual(window);
  expect(asked[0]!.pathname).toBe('/api/executions/x%2F1/lines');
  expect([...asked[0]!.searchParams]).toEqual([
    ['stage', 'a'], ['stage', 'b[1]'], ['level', 'error'], ['stream', 'error'], ['q', 'no space & left'], ['at', '7'], ['from', '200'], ['limit', '400'], ['width', '80'],
  ]);
});

test('Lines_of_all_are_asked_for_without_a_filter_and_from_the_first_event_on', async () => {
  const asked = answered();
  await linesOf('x')({ filter: everyLine, at: 0, line: 3, limit: 1, signal: new AbortController().signal });
  expect(asked[0]!.search).toBe('?at=1&line=3&limit=1');
});

test('Lines_that_are_not_wanted_any_more_are_not_waited_for', async () => {
  answered();
  await expect(linesOf('x')({ filter: everyLine, at: 1, limit: 1, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
});
