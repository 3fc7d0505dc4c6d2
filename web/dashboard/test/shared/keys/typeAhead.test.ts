import { expect, test } from 'vitest';
import { TypeAhead } from '../../../src/shared/keys/typeAhead.js';

const press = (typing: TypeAhead, ...all: (string | KeyboardEventInit)[]) =>
  all.map((key) => typing.press(new KeyboardEvent('keydown', typeof key === 'string' ? { key } : key)));

test('Typed_text_is_kept_and_corrected_until_enter_ends_it', () => {
  const typing = new TypeAhead();
  expect(press(typing, 'o', 'x', 'Backspace', ' ', '😀', 'Backspace', 'V', 'Enter', 'j', 'Backspace')).not.toContain(false);
  expect(typing.typed).toEqual({ text: 'o V', isEntered: true });
});

test('Keys_that_no_field_takes_are_left_to_the_page', () => {
  const typing = new TypeAhead();
  expect(press(typing, 'Escape', 'F5', 'ArrowDown', 'Shift', { key: 'r', ctrlKey: true }, { key: 'x', isComposing: true })).not.toContain(true);
  expect(typing.typed).toEqual({ text: '', isEntered: false });
});

test('Typed_text_is_bounded', () => {
  const typing = new TypeAhead();
  press(typing, ...Array.from({ length: 500 }, () => 'a'));
  expect(typing.typed.text).toHaveLength(200);
});
