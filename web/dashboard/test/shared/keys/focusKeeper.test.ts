import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFocus } from '../../../src/shared/keys/focusKeeper.js';

let end: () => void;

/** Lets what was taken away be told, and what follows be done. */
const settled = async () => {
  await Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
};
const one = (id: string) => document.getElementById(id)!;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  HTMLElement.prototype.checkVisibility = () => true;
  document.body.innerHTML = `<button id="outside"></button><main id="main" tabindex="-1">
    <div id="banner"><button id="approve"></button></div>
    <div id="row"><button id="cancel"></button><button id="more"></button></div>
    <input id="field"><div data-timeline><button id="stage"></button></div><button id="last"></button><dialog id="dialog"></dialog>
  </main>`;
  end = keepFocus();
});
afterEach(() => {
  end();
  vi.useRealTimers();
  document.body.innerHTML = '';
});

test('Button_that_takes_the_place_of_a_pressed_one_gets_the_focus', async () => {
  one('cancel').focus();
  one('cancel').remove();
  const retry = document.createElement('button');
  one('row').prepend(retry);
  await settled();
  expect(document.activeElement).toBe(retry);
});

test('Button_that_came_before_the_pressed_one_went_gets_the_focus', async () => {
  one('cancel').focus();
  const retry = document.createElement('button');
  one('cancel').before(retry, document.createElement('button'));
  one('cancel').remove();
  await settled();
  expect(document.activeElement).toBe(retry);
});

test('What_follows_gets_the_focus_of_a_banner_that_went_away', async () => {
  one('approve').focus();
  one('banner').remove();
  await settled();
  expect(document.activeElement).toBe(one('cancel'));
});

test('Field_never_gets_the_focus_and_what_came_before_does_where_nothing_follows', async () => {
  one('more').focus();
  one('more').remove();
  one('stage').remove();
  await settled();
  expect(document.activeElement).toBe(one('last'));
  one('last').remove();
  await settled();
  expect(document.activeElement).toBe(one('cancel'));
});

test('Button_that_went_away_behind_a_dialog_hands_the_focus_on_once_that_closes', async () => {
  one('cancel').focus();
  const confirm = one('dialog').appendChild(document.createElement('button'));
  confirm.focus();
  one('cancel').remove();
  await settled();
  expect(document.activeElement).toBe(confirm);
  confirm.remove();
  await settled();
  expect(document.activeElement).toBe(one('more'));
});

test('Row_that_is_scrolled_away_and_what_was_left_by_pointer_take_nobody_along', async () => {
  one('stage').focus();
  one('stage').remove();
  await settled();
  expect(document.activeElement).toBe(document.body);
  one('cancel').focus();
  one('row').dispatchEvent(new Event('pointerdown', { bubbles: true }));
  one('cancel').blur();
  one('cancel').remove();
  await settled();
  expect(document.activeElement).toBe(document.body);
});
