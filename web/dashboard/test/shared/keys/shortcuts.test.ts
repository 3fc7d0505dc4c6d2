import { beforeEach, expect, test, vi } from 'vitest';
import { Shortcuts, nameOf } from '../../../src/shared/keys/shortcuts.js';

const press = (shortcuts: Shortcuts, key: string, init: KeyboardEventInit = {}, target: HTMLElement = document.body) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  let isDone = false;
  const heard = (e: Event) => { isDone = shortcuts.press(e as KeyboardEvent); };
  document.addEventListener('keydown', heard, { once: true });
  target.dispatchEvent(event);
  return isDone;
};

beforeEach(() => document.body.replaceChildren());

test.each([
  ['j', {}, 'j'], ['J', { shiftKey: true }, 'Shift+j'], ['?', { shiftKey: true }, '?'], ['k', { ctrlKey: true }, 'Ctrl+k'], ['k', { metaKey: true }, 'Ctrl+k'],
  ['Enter', { ctrlKey: true }, 'Ctrl+Enter'], [' ', {}, 'Space'], ['Shift', { shiftKey: true }, null],
])('Key_has_its_name_when_%s_is_pressed', (key, init, name) => {
  expect(nameOf(new KeyboardEvent('keydown', { key, ...init }))).toBe(name);
});

test('Nearest_scope_answers_when_two_know_a_key', () => {
  const shortcuts = new Shortcuts();
  const far = vi.fn(), near = vi.fn();
  shortcuts.add({ name: 'Frame', shortcuts: [{ keys: 'r', label: 'Far', run: far }] });
  const remove = shortcuts.add({ name: 'Page', shortcuts: [{ keys: 'r', label: 'Near', run: near }] });
  expect(press(shortcuts, 'r')).toBe(true);
  remove();
  press(shortcuts, 'r');
  expect([far.mock.calls.length, near.mock.calls.length]).toEqual([1, 1]);
});

test('Field_keeps_its_keys_when_one_types', () => {
  const shortcuts = new Shortcuts();
  const letter = vi.fn(), palette = vi.fn();
  shortcuts.add({ name: 'Frame', shortcuts: [{ keys: 'j', label: '', run: letter }, { keys: 'Ctrl+k', label: '', run: palette, whileTyping: true }] });
  const input = document.body.appendChild(document.createElement('input'));
  expect(press(shortcuts, 'j', {}, input)).toBe(false);
  expect(press(shortcuts, 'k', { ctrlKey: true }, input)).toBe(true);
  expect(letter).not.toHaveBeenCalled();
});

test('Two_keys_are_one_shortcut_when_the_second_follows_at_once', () => {
  const shortcuts = new Shortcuts();
  const go = vi.fn();
  shortcuts.add({ name: 'Frame', shortcuts: [{ keys: 'g p', label: '', run: go }] });
  press(shortcuts, 'p');
  press(shortcuts, 'g');
  press(shortcuts, 'x');
  press(shortcuts, 'p');
  expect(go).not.toHaveBeenCalled();
  press(shortcuts, 'g');
  press(shortcuts, 'p');
  expect(go).toHaveBeenCalledOnce();
});

test('Open_dialog_keeps_all_keys', () => {
  const shortcuts = new Shortcuts();
  const run = vi.fn();
  shortcuts.add({ name: 'Frame', shortcuts: [{ keys: 'j', label: '', run }] });
  document.body.appendChild(document.createElement('dialog')).setAttribute('open', '');
  expect(press(shortcuts, 'j')).toBe(false);
});

test('Key_that_is_only_told_of_is_left_to_the_page_and_to_farther_scopes', () => {
  const shortcuts = new Shortcuts();
  const far = vi.fn();
  shortcuts.add({ name: 'Page', shortcuts: [{ keys: 'Enter', label: 'Far', run: far }] });
  shortcuts.add({ name: 'Chart', shortcuts: [{ keys: 'Enter', label: 'Choose the row' }, { keys: 'Space', label: 'Open' }] });
  expect([press(shortcuts, ' '), press(shortcuts, 'Enter')]).toEqual([false, true]);
  expect(far).toHaveBeenCalledOnce();
});
