import { expect, test } from 'vitest';
import { ScrollSource } from '../../src/features/logs/scrollSource.js';

test('Reader_is_told_from_the_page_that_scrolls', () => {
  const source = new ScrollSource();
  source.note(1000);
  expect(source.isReader(1000)).toBe(false);
  expect(source.isReader(600)).toBe(true);
  source.note(600);

  // Back to where the page had put it: that is the reader too.
  expect(source.isReader(1000)).toBe(true);
});

test('Element_that_became_lower_has_not_left_its_end', () => {
  const source = new ScrollSource();
  source.note(1000);
  expect(source.hasLeft(700, 700)).toBe(false);
  expect(source.hasLeft(700, 1000)).toBe(true);
  expect(source.hasLeft(1000, 1400)).toBe(false);
});
