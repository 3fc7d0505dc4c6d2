import { expect, test } from 'vitest';
import { find, score } from '../../src/features/palette/rank.js';
import type { Entry } from '../../src/features/palette/rank.js';

const entry = (label: string, group: Entry['group'] = 'Pages', detail = ''): Entry => ({ id: `${group} ${label}`, group, label, detail, href: '/' });

test.each([
  ['run', 'run', 'running'], ['run', 'running', 'prompt run'], ['opt', 'prompt-optimizer', 'adopt'], ['opt', 'adopt', 'orbit paint'],
])('Nearer_text_counts_more_when_%s_is_typed', (query, better, worse) => {
  expect(score(query, better)).toBeGreaterThan(score(query, worse));
});

test('Text_counts_nothing_when_its_letters_are_not_in_order', () => {
  expect(score('zx', 'prompt optimizer')).toBe(0);
});

test('Everything_is_offered_in_its_order_when_nothing_is_typed', () => {
  expect(find([entry('B'), entry('A')], '').map((e) => e.label)).toEqual(['B', 'A']);
});

test('Groups_stay_together_when_their_entries_answer_differently_well', () => {
  const found = find([entry('hello', 'Pipelines'), entry('say hello', 'Executions'), entry('hello there', 'Pipelines')], 'hello');
  expect(found.map((e) => e.group)).toEqual(['Pipelines', 'Pipelines', 'Executions', 'Search']);
});

test('Id_opens_its_execution_when_it_is_pasted', () => {
  expect(find([], ' 0197A0C2-6C1E-7D3A-9D55-0C2F7A1B9E10 ')[0]?.href).toBe('/executions/0197a0c2-6c1e-7d3a-9d55-0c2f7a1b9e10');
});

test('Text_is_searched_for_as_it_was_typed', () => {
  expect(find([], 'a&b=c').at(-1)?.href).toBe('/executions?q=a%26b%3Dc');
});

test('List_is_bounded_when_much_answers', () => {
  expect(find(Array.from({ length: 5000 }, (_, i) => entry(`hello ${i}`)), 'hello').length).toBeLessThanOrEqual(13);
});
