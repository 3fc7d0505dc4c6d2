import { ApiError } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../src/features/execution/address.js';
import { openQuestions } from '../../src/features/execution/approvals.js';
import { commandsFor } from '../../src/features/execution/commands.js';
import { confirmationOf } from '../../src/features/execution/confirmation.js';
import { connectionLook, eventCount } from '../../src/features/execution/connection.js';
import { factsOf } from '../../src/features/execution/definition.js';
import { timeLeft, typicalOf } from '../../src/shared/executions/estimate.js';
import { attemptText, runsFor, waitText } from '../../src/features/execution/rowText.js';
import { readFilter } from '../../src/shared/lines/address.js';
import { faviconOf } from '../../src/features/execution/favicon.js';
import { titleOf } from '../../src/features/execution/title.js';
import { scrollTo, windowOf } from '../../src/features/execution/window.js';
import { reasonText } from '../../src/shared/reasons.js';
import type { Caller, Role } from '../../src/shared/session/roles.js';
import { execution, stage } from './some.js';

const caller = (role: Role, given: Partial<Caller> = {}): Caller => ({ name: 'ada', organization: 'default', role, kind: 'session', grants: {}, ...given });

describe('commandsFor', () => {
  const failed = execution([], { status: 'failed', endTime: 2000 });
  test.each([
    ['one who may only look', execution([]), caller('viewer'), ''],
    ['nobody', execution([]), null, ''],
    ['an operator of what runs', execution([]), caller('operator'), 'pause cancel'],
    ['an operator of what is paused', execution([], { status: 'paused' }), caller('operator'), 'resume cancel'],
    ['an operator of what is being cancelled', execution([], { cancelling: true }), caller('operator'), ''],
    ['an operator of what failed', failed, caller('operator'), 'retry again'],
    ['an operator of what was cancelled', execution([], { status: 'cancelled', endTime: 2000 }), caller('operator'), 'retry again'],
    ['an operator of a child that failed', execution([], { status: 'failed', endTime: 2000, parent: { executionId: 'x', stage: 's', attempt: 1 } }), caller('operator'), ''],
    ['one with a role on this pipeline', failed, caller('viewer', { grants: { release: 'operator' } }), 'retry again'],
    ['one with a role on another', failed, caller('viewer', { grants: { other: 'admin' } }), ''],
    ['an admin of what completed', execution([], { status: 'completed', endTime: 2000 }), caller('admin'), 'again delete'],
    ['an operator of a child', execution([], { status: 'completed', parent: { executionId: 'x', stage: 's', attempt: 1 } }), caller('operator'), ''],
  ])('offers %s what fits', (_, state, who, commands) => expect(commandsFor(state, who).join(' ')).toBe(commands));

  test('says before a cancellation what it does', () => {
    expect(confirmationOf('cancel', execution([], { progress: { total: 4, completed: 1, failed: 0, running: 1, pending: 2, skipped: 0 } })).text).toBe(
      '1 stage that runs will be told to stop; 2 stages will never start. What has completed stays, and all output can still be read.',
    );
  });
});

describe('openQuestions', () => {
  const ask = (by: string[]) => execution([stage('a', { status: 'blocked', approvals: [{ trigger: 1, by, message: null, deadline: null }] })]);
  test.each([
    [[], caller('operator'), true], [[], caller('viewer'), false], [['admin'], caller('operator'), false], [['author'], caller('admin'), true],
    [['ada'], caller('viewer'), true], [['ada'], caller('viewer', { kind: 'token' }), false], [['bob'], caller('admin'), false], [['bob'], caller('none', { kind: 'local' }), true],
  ])('asked of %o lets %o answer: %s', (by, who, may) => expect(openQuestions(ask(by), who)[0]!.mayAnswer).toBe(may));

  test('are found in instances', () => {
    const asked = stage('e[0]', { approvals: [{ trigger: 1, by: [], message: null, deadline: null }] });
    expect(openQuestions(execution([stage('e', { instances: [asked] })]), caller('admin')).map((one) => one.stage)).toEqual(['e[0]']);
  });
});

describe('connectionLook', () => {
  const at = (mode: Parameters<typeof connectionLook>[0]['mode'], error: ApiError | null = null, retryAt: number | null = null) => connectionLook({ mode, error, retryAt }, 1000);
  test.each([
    ['live', 'LIVE', 'success', 'live'], ['polling', 'Polling', 'waiting', 'steady'], ['paused', 'Paused', 'cancelled', 'steady'],
    ['connecting', 'Connecting', 'waiting', 'trying'], ['retrying', 'Offline', 'failed', 'steady'], ['ended', 'Ended', 'cancelled', 'steady'],
  ] as const)('of %s is %s, %s, %s', (mode, label, tone, motion) => expect(at(mode)).toMatchObject({ label, tone, motion }));
  test('counts down to the next try', () => expect(at('retrying', null, 6400).title).toContain('Next try in 6 s.'));
  test('says why it polls', () => {
    expect(at('polling', new ApiError(503, 'streaming_disabled', '')).title).toContain('the server streams none');
    expect(at('polling', new ApiError(0, 'unreachable', '')).title).toContain('no stream comes through');
  });
  test('counts events', () => expect([eventCount(execution([], { seq: 4118 }), 0), eventCount(execution([]), 3)]).toEqual(['4,118 of 4,118 events', '1 of 3 events']));
});

describe('rows', () => {
  const facts = { maxAttempts: 3, personality: null };
  test.each([[1, 3, 'attempt 1/3'], [2, 3, 'attempt 2/3'], [5, 3, 'attempt 5'], [1, 1, ''], [0, 3, '']])('attempt %s of %s is "%s"', (attempt, maxAttempts, text) =>
    expect(attemptText(stage('a', { attempt }), { ...facts, maxAttempts })).toBe(text));
  test('say why a stage was skipped', () => expect([reasonText('dependency_failed'), reasonText('toString')]).toEqual(['a stage before it failed', 'toString']));
  test.each([[0, '0.0 s'], [-3, '0.0 s'], [999, '0.0 s'], [1999, '1.0 s'], [61_500, '1 min 01 s']])('say after %s ms that a stage runs for %s', (ms, text) => expect(runsFor(ms)).toBe(text));
  test('say what a stage waits for', () => {
    expect(waitText(stage('a'), [stage('b'), stage('c')], 0)).toBe('waiting for 2 stages');
    expect(waitText(stage('a'), [stage('b')], 0)).toBe('waiting for 1 stage');
    expect(waitText(stage('a', { status: 'waiting', waitingFor: 'retry', due: 4500 }), [], 500)).toBe('waiting for its next attempt, 4.0 s left');
    expect(waitText(stage('a', { status: 'running' }), [], 0)).toBeNull();
  });
});

test('Facts are read off a definition, whatever it holds', () => {
  const facts = factsOf({
    defaults: { retry: { maxAttempts: 2 } }, personalities: { analyst: { name: 'Analytical Researcher' } },
    stages: [{ id: 'a', agent: { personality: 'analyst' } }, { id: 'b', retry: { maxAttempts: 4 }, agent: { personality: 'gone' } }, { id: 7 }, { id: 'c', retry: { maxAttempts: 'x' } }],
  });
  expect([...facts]).toEqual([
    ['a', { maxAttempts: 2, personality: 'Analytical Researcher' }], ['b', { maxAttempts: 4, personality: 'gone' }], ['c', { maxAttempts: 1, personality: null }],
  ]);
  for (const odd of [null, 'x', 3, [], { stages: {} }]) expect(factsOf(odd).size).toBe(0);
});

test('How long it takes as a rule is the median of what is known', () => {
  expect(typicalOf([{ duration: 10 }, { duration: 1000 }, {}, { duration: 20 }])).toBe(20);
  expect(typicalOf([{ duration: 10 }, { duration: 20 }])).toBe(15);
  expect(typicalOf([{ duration: 10 }, {}])).toBe(10);
  expect(typicalOf([{}])).toBeNull();
});

test('What is left is told only of what runs the first time', () => {
  expect(timeLeft(execution([]), 5000, 3000)).toBe(3000);
  expect(timeLeft(execution([]), 5000, 9000)).toBe(-3000);
  expect([timeLeft(execution([], { turn: 2 }), 5000, 0), timeLeft(execution([], { status: 'paused' }), 5000, 0), timeLeft(execution([]), null, 0)]).toEqual([null, null, null]);
});

describe('address', () => {
  const all = '?tab=graph&stage=check%5B2%5D&line=7&at=41&draw=gantt&look=logs&in=a&in=b%5B1%5D&level=error%2Cwarning&stream=error&q=no+space';
  test('says all that is shown, and is read back the same', () => expect(writeAddress(readAddress(new URLSearchParams(all)), new URLSearchParams(all))).toBe(all));
  test('lets no line count by what makes no sense', () => {
    expect(readFilter(new URLSearchParams(readAddress(new URLSearchParams(`level=loud,error,error&stream=tape&in=&q=${'x'.repeat(999)}`)).lines))).toEqual({ stages: [], levels: ['error'], stream: null, text: 'x'.repeat(200) });
  });
  test('leaves out what is as it begins, and keeps what is not its own', () => {
    expect(writeAddress(readAddress(new URLSearchParams('tab=timeline&draw=list&at=-3&stage=')), new URLSearchParams('other=x&stage=a'))).toBe('?other=x');
  });
});

test('Title and icon of the document say how it stands', () => {
  expect(titleOf(execution([], { progress: { total: 3, completed: 1, failed: 0, running: 1, pending: 1, skipped: 0 } }))).toBe('▶ 33 % Release');
  expect(titleOf(execution([], { status: 'failed' }))).toBe('✕ Release');
  expect(new Set(['queued', 'running', 'paused', 'completed', 'failed', 'cancelled'].map((status) => faviconOf(status, (token) => token))).size).toBe(6);
  expect(decodeURIComponent(faviconOf('blocked', (token) => token))).toMatch(/<circle .*fill="--blocked"\/>.*stroke="--blocked-on"/);
});

describe('windowOf', () => {
  test('holds what is seen and little more, however long the list is', () => {
    expect(windowOf(10_000, 52, 52 * 500, 520)).toEqual({ from: 492, to: 518 });
    expect(windowOf(3, 52, 0, 520)).toEqual({ from: 0, to: 3 });
    expect(windowOf(3, 52, 5200, 520)).toEqual({ from: 2, to: 3 });
    expect(windowOf(0, 52, 0, 520)).toEqual({ from: 0, to: 0 });
  });
  test('scrolls to a line that is not seen, and leaves one that is', () => {
    expect(scrollTo(100, 50, 0, 500)).toBe(100 * 50 + 100 - 500);
    expect(scrollTo(2, 50, 1000, 500)).toBe(50);
    expect(scrollTo(24, 50, 1000, 500)).toBe(1000);
    expect(scrollTo(0, 50, 1000, 500)).toBe(0);
  });
});
