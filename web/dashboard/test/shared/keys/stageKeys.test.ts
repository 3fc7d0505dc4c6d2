import { expect, test, vi } from 'vitest';
import { stageKeys } from '../../../src/shared/keys/stageKeys.js';

function pressed(keys: string, selected: string | null, rows = ['a', 'b', 'b[0]', 'c']): string | undefined {
  const select = vi.fn<(key: string) => void>();
  stageKeys(() => rows.map((key) => ({ key })), () => selected, select, () => (rows.includes('c') ? 'c' : null)).find((one) => one.keys === keys)!.run!(new KeyboardEvent('keydown'));
  return select.mock.calls[0]?.[0];
}

test('Keys_go_from_stage_to_stage_and_stay_at_the_ends', () => {
  expect([pressed('j', 'a'), pressed('k', 'c'), pressed('j', 'c'), pressed('k', 'a')]).toEqual(['b', 'b[0]', 'c', 'a']);
});

test('Keys_begin_at_the_ends_where_nothing_is_selected', () => expect([pressed('j', null), pressed('k', null)]).toEqual(['a', 'c']));
test('Item_that_is_not_shown_stands_with_its_stage', () => expect([pressed('j', 'b[7]'), pressed('k', 'b[7]')]).toEqual(['b[0]', 'a']));
test('Nothing_is_selected_where_nothing_is', () => expect([pressed('j', 'a', []), pressed('e', 'a', [])]).toEqual([undefined, undefined]));
test('Next_error_is_what_the_part_says', () => expect(pressed('e', null)).toBe('c'));

test('Error_is_no_key_of_a_part_that_does_not_know', () => expect(stageKeys(() => [], () => null, () => {}).map(({ keys }) => keys)).toEqual(['j', 'k']));
