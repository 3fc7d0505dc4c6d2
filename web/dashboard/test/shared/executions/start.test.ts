import { describe, expect, test } from 'vitest';
import { ApiError } from '@sightglass/client';
import { startAsIs, starter } from '../../../src/shared/executions/start.js';

interface Sent {
  id: string;
  key: string;
  body: unknown;
  answer: (id: string) => void;
  fail: (error: unknown) => void;
}

/** A server that answers when the test says so. */
function server() {
  const sent: Sent[] = [];
  const post = (_path: string, { path, header, body }: { path: { id: string }; header: Record<string, string>; body: unknown }) =>
    new Promise((resolve, reject) => sent.push({ id: path.id, key: header['Idempotency-Key'] ?? '', body, answer: (executionId) => resolve({ executionId }), fail: reject }));
  return { sent, start: starter({ post } as never) };
}

describe('start', () => {
  test('Second_press_while_the_first_is_on_its_way_is_the_same_start', async () => {
    const { sent, start } = server();
    const [first, second] = [start('hello', { input: 'a' }), start('hello', { input: 'a' })];
    expect(sent.length).toBe(1);
    sent[0]!.answer('e1');
    expect(await Promise.all([first, second])).toEqual(['e1', 'e1']);
  });

  test('Press_after_the_answer_is_another_start', async () => {
    const { sent, start } = server();
    const first = start('hello');
    sent[0]!.answer('e1');
    await first;
    void start('hello');
    expect(sent.length).toBe(2);
    expect(sent[1]!.key).not.toBe(sent[0]!.key);
    expect(sent[0]!.key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('Request_whose_answer_was_lost_is_sent_again_under_its_key', async () => {
    const { sent, start } = server();
    const first = start('hello', { input: 'a' });
    sent[0]!.fail(new TypeError('Failed to fetch'));
    await expect(first).rejects.toThrow('Failed to fetch');
    void start('hello', { input: 'a' });
    expect(sent[1]!.key).toBe(sent[0]!.key);
  });

  test.each([['hello', { input: 'b' }], ['other', { input: 'a' }]])('Another_request_never_goes_under_a_key_that_was_used: %s %o', async (id, request) => {
    const { sent, start } = server();
    const first = start('hello', { input: 'a' });
    sent[0]!.fail(new TypeError('Failed to fetch'));
    await first.catch(() => undefined);
    void start(id, request);
    expect(sent[1]!.key).not.toBe(sent[0]!.key);
  });

  test('Pipeline_that_asks_for_inputs_leads_to_its_form', async () => {
    const { sent, start } = server();
    const going = startAsIs(start, 'a b');
    sent[0]!.fail(new ApiError(400, 'invalid_input', 'name is required.'));
    expect(await going).toEqual({ execution: null, href: '/pipelines/a%20b' });
  });

  test('Pipeline_that_needs_nothing_leads_to_its_execution', async () => {
    const { sent, start } = server();
    const going = startAsIs(start, 'hello');
    sent[0]!.answer('e1');
    expect(await going).toEqual({ execution: 'e1', href: '/executions/e1' });
  });
});
