import { expect, test } from 'vitest';
import { triggerRows } from '../../src/features/inspector/triggers.js';
import type { TriggerFact } from '../../src/features/inspector/triggers.js';

const fact = (trigger: number, type: string, more: Partial<TriggerFact> = {}): TriggerFact =>
  ({ trigger, type, result: null, why: null, since: 1, deadline: null, timedOut: null, cancelled: false, ...more });

const release = { all: [{ completed: 'test' }, { any: [{ approval: { by: ['operator'] } }, { event: 'release.ready', where: "event.branch == 'main'" }] }] };
const before = [fact(0, 'completed', { result: true, why: 'test completed' }), fact(1, 'approval'), fact(2, 'event', { result: false, why: 'has not arrived' })];
const shown = (trigger: unknown, facts: readonly TriggerFact[]) =>
  triggerRows(trigger, facts).map(({ depth, kind, name, rest, where, look, says, why }) => [depth, [kind, name, rest, where].filter(Boolean).join(' '), look, says, why]);

test('What a stage waits for is listed as the pipeline writes it, and what may still come is no failure', () => {
  expect(shown(release, before)).toEqual([
    [0, 'All of these', 'waited', 'waited for', ''],
    [1, 'test completed', 'met', 'met', ''],
    [1, 'Any of these', 'waited', 'waited for', ''],
    [2, 'Approval by operator', 'waited', 'waited for', ''],
    [2, "Event release.ready event.branch == 'main'", 'waited', 'waited for', ''],
  ]);
});

test.each([[undefined, 'Approval'], [[], 'Approval'], [['ada', 'bob'], 'Approval by ada, bob']])('An approval by %j is named %s', (by, words) =>
  expect(shown({ approval: { by } }, []).map(([, text]) => text)).toEqual([words]));

test('What nobody needs any more says why in plain words', () => {
  const over = [before[0]!, fact(1, 'approval', { result: false, why: 'rejected by ada' }), fact(2, 'event', { result: false, cancelled: true, why: 'not needed any more: what it stands in cannot hold' })];
  expect(shown(release, over).slice(3)).toEqual([
    [2, 'Approval by operator', 'unmet', 'rejected', 'rejected by ada'],
    [2, "Event release.ready event.branch == 'main'", 'over', 'no longer needed', 'its group can no longer be met'],
  ]);
});

test('Groups are numbered after the conditions and the one of a wait stage', () => {
  const trigger = { any: [{ event: 'a' }, { all: [{ timer: '1h' }, { when: 'true' }] }] };
  const rows = triggerRows(trigger, [fact(4, 'any'), fact(5, 'all', { result: false, timedOut: 'skip', why: 'waited 1h' })]);
  expect(rows.map(({ number }) => number)).toEqual([4, 0, 5, 1, 2]);
  expect(rows.map(({ look }) => look)).toEqual(['waited', 'waited', 'unmet', 'waited', 'waited']);
});

test('A condition that was judged and one whose time is over are failures', () => {
  expect(shown({ all: [{ when: 'a > 1' }, { failed: 'x' }, { event: 'e' }] }, [
    fact(0, 'condition', { result: false, why: "'a > 1' is false" }), fact(1, 'failed', { result: false, why: 'x completed' }), fact(2, 'event', { result: false, timedOut: 'fail', why: 'waited 1h for event e' }),
  ]).map(([, , look, says]) => [look, says])).toEqual([['unmet', 'cannot be met'], ['unmet', 'not met'], ['unmet', 'cannot be met'], ['unmet', 'too late, so the stage fails']]);
});

test('Without its definition, or with one that is not as expected, what is known is listed by its kind', () => {
  expect(shown(undefined, before).map(([, text, look]) => [text, look])).toEqual([['completed', 'met'], ['Approval', 'waited'], ['Event', 'waited']]);
  expect(shown({ all: [null, 3, { event: 4 }] }, []).map(([, text]) => text)).toEqual(['All of these', 'Event']);
  expect(shown('all', [])).toEqual([]);
});
