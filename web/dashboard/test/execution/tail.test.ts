import type { Client, ExecutionEvent } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { plainText, readTail, withPrinted } from '../../src/features/execution/tail.js';

const printed = (seq: number, text: string, given: Partial<ExecutionEvent> = {}) =>
  ({ seq, type: 'stage.output', stage: 'a', attempt: 1, data: { text, offset: 0 }, ...given }) as ExecutionEvent;

describe('plainText', () => {
  test.each([
    ['colours go', '\x1b[31mred\x1b[0m and \x1b]8;;http://x\x07a link\x1b]8;;\x07', 'red and a link'],
    ['what shows nothing is marked', 'a\0b\u202ec\x07', 'a·b·c·'],
    ['lines and tabs stay', 'a\tb\r\nc\n', 'a\tb\nc\n'],
    ['markup is text', '<img src=x>', '<img src=x>'],
  ])('%s', (_, text, shown) => expect(plainText(text)).toBe(shown));
});

describe('withPrinted', () => {
  test('What_was_read_already_and_what_others_printed_is_left_out', () => {
    const events = [printed(4, 'old'), printed(5, 'new '), printed(6, 'other', { stage: 'b' }), printed(7, 'again', { attempt: 2 }), printed(8, 'words')];
    expect(withPrinted('read ', events, 'a', 1, 4)).toBe('read new words');
  });

  test('Only_the_end_of_a_lot_is_kept_from_the_beginning_of_a_line', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const text = withPrinted('', [printed(1, lines)], 'a', 1, 0);
    expect(text.length).toBeLessThan(64 * 1024);
    expect(text).toMatch(/^line \d+\n/);
    expect(text.endsWith('line 19999\n')).toBe(true);
  });
});

describe('readTail', () => {
  const asked: unknown[] = [];
  const server = (size: number) =>
    ({
      open: async (_: string, given: { query: { limit?: number }; header: { Range?: string } }) => {
        asked.push(given.header.Range ?? given.query.limit);
        const length = given.header.Range ? 16 * 1024 : Math.min(size, given.query.limit!);
        return new Response('x'.repeat(length));
      },
    }) as unknown as Client;

  test.each([[0, 1], [100, 1], [50_000, 2]])('of %i bytes by %i questions', async (size, questions) => {
    asked.length = 0;
    const text = await readTail(server(size), 'e', 'a', 1, 7, new AbortController().signal);
    expect(text.length).toBe(Math.min(size, 16 * 1024));
    expect(asked).toHaveLength(questions);
  });

  test('Character_that_the_end_begins_within_is_left_out', async () => {
    const words = new TextEncoder().encode('größer '.repeat(10_000));
    const cut = {
      open: async (_: string, { header }: { header: { Range?: string } }) =>
        header.Range
          ? new Response(words.subarray(3, 3 + 16 * 1024), { headers: { 'content-range': `bytes ${words.length - 16 * 1024}-${words.length - 1}/${words.length}` } })
          : new Response(words.subarray(0, 16 * 1024 + 1)),
    } as unknown as Client;
    const text = await readTail(cut, 'e', 'a', 1, 7, new AbortController().signal);
    expect(text.startsWith('ßer größer')).toBe(true);
  });
});
