import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { connectionLook } from '../../src/features/execution/connection.js';
import Header from '../../src/features/execution/Header.svelte';
import { time } from '../../src/shared/format.js';
import { execution, stage } from './some.js';

const now = Date.parse('2026-11-20T17:29:03Z');
const past = execution([stage('a', { status: 'running' })]);
const today = execution([stage('a', { status: 'failed' })], { status: 'failed', endTime: now + 60_000 });

function show(state: typeof past, moment: typeof past | null, typical: number | null = null) {
  const header = mount(Header, {
    target: document.body,
    props: {
      state, today: moment, now, typical, askedBy: undefined, look: connectionLook({ mode: 'live', error: null, retryAt: null }, now),
      actions: createRawSnippet(() => ({ render: () => '<span></span>' })),
    },
  });
  onTestFinished(() => unmount(header));
  flushSync();
  return (mark: string) => document.querySelector(mark)?.textContent?.replace(/\s+/g, ' ').trim() ?? null;
}

test('Header_of_a_replay_says_as_of_when_it_is_and_how_it_stands_now_instead_of_how_events_come', () => {
  const text = show(past, today);
  expect(text('[data-replayed]')).toBe(`Replay · as of ${time(now, now)}`);
  expect(text('[data-today]')).toMatch(/^now .*Failed$/);
  expect(text('[data-mode]')).toBeNull();
  expect(text('[data-elapsed]')).not.toBeNull();
});

test('Header_of_now_says_how_events_come_and_is_no_replay', () => {
  const text = show(today, null);
  expect(text('[data-mode]')).toBe('LIVE');
  expect([text('[data-replayed]'), text('[data-today]')]).toEqual([null, null]);
});

test('Header_says_what_is_left_in_whole_seconds_unless_a_person_is_waited_for', () => {
  const of = (status: string) => execution([stage('a', { status: status as 'running' })], { startTime: now - 2300 });
  expect(show(of('running'), null, 30_000)('[title^="As a rule"]')).toBe('ETAabout 28 s left');
  document.body.replaceChildren();
  expect(show(of('blocked'), null, 30_000)('[title^="As a rule"]')).toBeNull();
});

test('Header_counts_what_waits_and_what_was_rolled_back_as_the_rows_say_it', () => {
  const stages = [
    stage('a', { status: 'completed' }), stage('b', { status: 'completed', undo: 'completed' }), stage('c', { status: 'blocked', waitingFor: 'approval' }),
    stage('d', { status: 'waiting', waitingFor: 'event' }), stage('e', { status: 'queued' }), stage('f'), stage('g', { status: 'cancelled' }),
  ];
  const text = show(execution(stages), null);
  const count = (bucket: string) => text(`[data-count="${bucket}"]`)?.replace(/^\S+ /, '') ?? null;
  expect(['completed', 'undo.completed', 'failed', 'running', 'waiting', 'pending', 'cancelled', 'skipped'].map(count))
    .toEqual(['1 completed', '1 rolled back', '0 failed', '0 running', '2 waiting', '2 pending', '1 cancelled', null]);
});
