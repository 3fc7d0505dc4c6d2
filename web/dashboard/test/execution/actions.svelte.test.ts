import type { ExecutionState } from '@sightglass/client';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Actions from '../../src/features/execution/Actions.svelte';
import type { Command } from '../../src/features/execution/commands.js';
import { execution, stage } from './some.js';

const states = {
  running: execution([stage('a', { status: 'running' })]),
  failed: execution([stage('a', { status: 'failed' })], { status: 'failed', endTime: 2000 }),
  completed: execution([stage('a', { status: 'completed' })], { status: 'completed', endTime: 2000 }),
};
let given: Command[];
let answer: (() => void) | null;
let shown: Record<string, unknown>;

beforeEach(() => {
  vi.useFakeTimers();
  given = [];
  answer = null;
});
afterEach(async () => {
  await unmount(shown);
  vi.useRealTimers();
  document.body.innerHTML = '';
});

/** Shows the buttons of a state; gives what shows another. */
function show(state: ExecutionState): (next: ExecutionState) => void {
  const props = $state({
    state, compareHref: null, caller: { name: 'ada', organization: 'default', role: 'operator' as const, kind: 'session' as const, grants: {} },
    give: (command: Command) => {
      given.push(command);
      return new Promise<void>((resolve) => (answer = resolve));
    },
  });
  shown = mount(Actions, { target: document.body, props });
  flushSync();
  return (next) => {
    props.state = next;
    flushSync();
  };
}

const isHeld = (name: string) => button(name).disabled || button(name).getAttribute('aria-disabled') === 'true';
const button = (name: string) => [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === name)!;

function click(name: string): void {
  button(name).click();
  flushSync();
}

test('Button_that_is_there_from_the_first_moment_is_taken_at_once', () => {
  show(states.failed);
  click('Retry');
  expect(given).toEqual(['retry']);
});

test('Button_that_has_just_come_takes_no_click_before_600_ms', () => {
  const become = show(states.running);
  expect(isHeld('Cancel')).toBe(false);
  become(states.failed);
  click('Retry');
  vi.advanceTimersByTime(599);
  flushSync();
  click('Retry');
  expect([given, isHeld('Retry')]).toEqual([[], true]);
  vi.advanceTimersByTime(1);
  flushSync();
  click('Retry');
  expect(given).toEqual(['retry']);
});

test('Button_that_stays_takes_clicks_while_another_comes', () => {
  const become = show(states.completed);
  become(states.failed);
  expect([isHeld('Retry'), isHeld('Run again')]).toEqual([true, false]);
});

test('Second_click_is_not_taken_before_the_first_is_answered', async () => {
  show(states.failed);
  button('Retry').focus();
  click('Retry');
  expect(document.activeElement).toBe(button('Retry'));
  expect([isHeld('Retry'), isHeld('Run again')]).toEqual([true, true]);
  click('Retry');
  click('Run again');
  expect(given).toEqual(['retry']);
  answer!();
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
  click('Retry');
  expect(given).toEqual(['retry', 'retry']);
});
