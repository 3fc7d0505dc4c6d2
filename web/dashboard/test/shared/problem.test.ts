import { ApiError } from '@sightglass/client';
import { expect, test } from 'vitest';
import { failureOf } from '../../src/shared/problem.js';

test('Refusal_says_what_to_do_when_its_code_or_status_is_known', () => {
  expect(failureOf(new ApiError(0, 'unreachable', 'The server does not answer.')).advice).toContain('server runs');
  expect(failureOf(new ApiError(403, 'forbidden', 'no')).advice).toContain('role');
  expect(failureOf(new ApiError(503, 'draining', 'no')).advice).toContain('Try again');
});

test('Refusal_brings_all_its_problems', () => {
  const failure = failureOf(new ApiError(400, 'invalid_request', 'Wrong.', { problems: [{ path: 'a', message: 'b' }] }));
  expect([failure.code, failure.problems]).toEqual(['invalid_request', [{ path: 'a', message: 'b' }]]);
});

test('Anything_thrown_has_words', () => {
  expect(failureOf('odd').text).toBe('odd');
  expect(failureOf(new TypeError('no such thing')).code).toBe('page_error');
});
