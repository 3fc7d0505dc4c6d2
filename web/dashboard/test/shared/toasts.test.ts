import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notices } from '../../src/shared/toasts.svelte.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  for (const toast of notices.toasts) notices.close(toast.id);
});

test('Screen_reader_hears_the_last_when_many_come_at_once', () => {
  for (const text of ['one', 'two', 'three']) notices.announce(text);
  expect(notices.announced).toBe('one');
  vi.advanceTimersByTime(1500);
  expect(notices.announced).toBe('three');
});

test('Toast_stays_when_it_tells_of_a_failure', () => {
  notices.show('done', { tone: 'success' });
  notices.show('broken', { tone: 'failed' });
  vi.advanceTimersByTime(60_000);
  expect(notices.toasts.map((t) => t.text)).toEqual(['broken']);
});

test('Oldest_toasts_go_when_there_are_more_than_four', () => {
  for (let i = 0; i < 10; i++) notices.show(String(i), { tone: 'failed' });
  expect(notices.toasts.map((t) => t.text)).toEqual(['6', '7', '8', '9']);
});
