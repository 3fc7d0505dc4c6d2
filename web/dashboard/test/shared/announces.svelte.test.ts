import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announces } from '../../src/shared/announces.svelte.js';
import { notices } from '../../src/shared/toasts.svelte.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test('Count_is_read_when_it_has_changed_and_as_seldom_as_all_else', () => {
  notices.announce('before');
  vi.advanceTimersByTime(10_000);
  let words = $state.raw('1 under way');
  const end = $effect.root(() => announces(() => words));
  flushSync();
  expect(notices.announced).toBe('before');
  const heard = new Set<string>();
  for (let i = 2; i <= 61; i++) {
    words = `${i} under way`;
    flushSync();
    heard.add(notices.announced);
    vi.advanceTimersByTime(30);
  }
  vi.advanceTimersByTime(1500);
  heard.add(notices.announced);
  expect([...heard].length).toBeLessThanOrEqual(3);
  expect(notices.announced).toBe('61 under way');
  end();
});

test('Count_does_not_take_the_place_of_what_happened', () => {
  for (const text of ['one', 'The server does not answer.']) notices.announce(text);
  notices.announce('5 under way', true);
  vi.advanceTimersByTime(1500);
  expect(notices.announced).toBe('The server does not answer.');
});

// Each says a thing that comes rarely and once: what is waited for, a question, a state, a secret that was made; and in a modal
// window nothing outside of it is read.
const allowed = [
  'features/execution/Approvals.svelte', 'features/execution/Banner.svelte', 'features/palette/Palette.svelte', 'features/settings/Tokens.svelte',
  'shared/ui/Skeleton.svelte', 'shell/App.svelte',
];

test('No_component_has_a_live_region_of_its_own_that_is_read_as_often_as_it_changes', () => {
  const source = join(import.meta.dirname, '../../src');
  const live = /aria-live=(?!"off")|role=("status"|\{[^}]*'status')/;
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte') && live.test(readFileSync(join(source, name), 'utf8')));
  expect(found.map((name) => name.replaceAll('\\', '/')).sort()).toEqual(allowed);
});
