import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ViewedExecution } from '../../src/features/execution/model.svelte.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('Time_of_what_is_shown_stands_still_while_updates_are_paused', () => {
  let execution!: ViewedExecution;
  const end = $effect.root(() => { execution = new ViewedExecution('01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d'); });
  flushSync();
  execution.pause();
  flushSync();
  expect(execution.connection.mode).toBe('paused');
  vi.setSystemTime(1_060_000);
  expect(execution.now).toBe(1_000_000);
  execution.resume();
  flushSync();
  expect(execution.now).toBe(1_060_000);
  end();
});
