import { expect, test } from 'vitest';
import { jsonIn } from '../../src/features/inspector/value.js';
import { escalationOf, parentsOf } from '../../src/features/inspector/words.js';
import { graph, stage } from '../execution/some.js';

test('A stage that has not started waits for those before it that have not ended', () => {
  const stages = [stage('a', { status: 'completed' }), stage('b', { status: 'running' }), stage('c'), stage('d')];
  const edges = graph('a>d', 'b>d', 'c>d');
  expect(parentsOf(stages[3]!, stages, edges).map(({ key }) => key)).toEqual(['b', 'c']);
  expect(parentsOf(stages[1]!, stages, edges)).toEqual([]);
  expect(parentsOf(stages[3]!, stages, null)).toEqual([]);
});

test.each([['{"a":1}\n', { a: 1 }], [' [1]', [1]], ['3', undefined], ['"x"', undefined], ['{"a":', undefined], ['{} {}', undefined], [`[${'1,'.repeat(600_000)}1]`, undefined]])(
  'Printed text is shown as JSON where the whole of it is a list or an object', (text, value) => expect(jsonIn(text)).toEqual(value));

test('Messages say how far up they went, at most', () => {
  const levels = (...all: string[]) => escalationOf(all.map((escalationLevel) => ({ escalationLevel })));
  expect([levels(), levels('none', 'none'), levels('none', 'supervisor', 'agent')]).toEqual(['', '', ', escalated to supervisor']);
});
