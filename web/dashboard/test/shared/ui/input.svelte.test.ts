import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import Input from '../../../src/shared/ui/Input.svelte';

let shown: Record<string, unknown>;
afterEach(async () => {
  await unmount(shown);
  document.body.innerHTML = '';
});

function show(type: 'search' | 'text'): { field: HTMLInputElement; said: string[] } {
  const said: string[] = [];
  shown = mount(Input, { target: document.body, props: { type, value: 'work', oninput: (event: { currentTarget: HTMLInputElement }) => said.push(event.currentTarget.value) } });
  flushSync();
  const field = document.querySelector('input')!;
  field.focus();
  return { field, said };
}

function escape(field: HTMLInputElement): boolean {
  const event = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
  field.dispatchEvent(event);
  flushSync();
  return event.defaultPrevented;
}

test('Escape_clears_a_search_first_and_leaves_it_then', () => {
  const { field, said } = show('search');
  expect(escape(field)).toBe(true);
  expect([field.value, said, document.activeElement === field]).toEqual(['', [''], true]);
  expect(escape(field)).toBe(true);
  expect([said, document.activeElement === field]).toEqual([[''], false]);
});

test('Escape_in_a_field_that_searches_nothing_is_left_to_what_lies_around_it', () => {
  const { field, said } = show('text');
  expect(escape(field)).toBe(false);
  expect([field.value, said, document.activeElement === field]).toEqual(['work', [], true]);
});
