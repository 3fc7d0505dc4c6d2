import { expect, test } from 'vitest';
import { reasonText } from '../../src/shared/reasons.js';

test('Reason_is_told_in_words_and_as_it_is_where_it_has_none', () => {
  expect([reasonText('dependency_failed'), reasonText('toString')]).toEqual(['a stage before it failed', 'toString']);
});
