import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import Attempts from '../../src/features/inspector/Attempts.svelte';
import type { StageHistory } from '../../src/features/inspector/inspector.svelte.js';
import { stage } from '../execution/some.js';

type Attempt = StageHistory['attempts'][number];
const attempt = (more: Partial<Attempt>): Attempt => ({
  attempt: 1, iteration: 0, status: 'failed', startTime: 1000, endTime: null, duration: null, cost: null, worker: 'w', input: null, output: null, error: null, reason: null,
  willRetry: false, lost: false, child: null, ...more,
});

/** What the table says of each attempt, the newest first. */
function rowsOf(attempts: Attempt[], now: number): string[][] {
  const table = mount(Attempts, { target: document.body, props: { history: { executionId: 'x', seq: 9, stage: stage('a'), attempts, totalAttempts: attempts.length }, now } });
  onTestFinished(() => unmount(table));
  flushSync();
  return [...document.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent!.replace(/\s+/g, ' ').trim()));
}

test('Attempt_that_was_lost_says_so_and_the_most_time_that_it_can_have_taken', () => {
  const [again, lost] = rowsOf([
    attempt({ endTime: 21_000, duration: 20_000, lost: true, willRetry: true, error: { code: 'worker_died', message: 'The process ended.', detail: null } }),
    attempt({ attempt: 2, status: 'completed', startTime: 22_000, endTime: 22_500, duration: 480 }),
  ], 30_000);
  expect(lost![1]).toMatch(/Failed ?lost/);
  expect([lost![3], lost![5]]).toEqual(['≤ 20.0 s', 'The process ended. · tried again']);
  expect([again![1], again![3]]).toEqual([expect.stringMatching(/Completed$/), '480 ms']);
});

test('Attempt_that_runs_took_as_long_as_until_the_moment_that_is_shown', () => {
  expect(rowsOf([attempt({ status: 'running', startTime: 1000 })], 13_100)[0]![3]).toBe('12.1 s');
});
