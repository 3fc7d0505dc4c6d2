import { expect, test } from 'vitest';
import { leftText, timeLeft, typicalOf } from '../../../src/shared/executions/estimate.js';
import { execution } from '../../execution/some.js';

test('How long it takes as a rule is the median of what is known', () => {
  expect(typicalOf([{ duration: 10 }, { duration: 1000 }, {}, { duration: 20 }])).toBe(20);
  expect(typicalOf([{ duration: 10 }, { duration: 20 }])).toBe(15);
  expect(typicalOf([{ duration: 10 }, {}])).toBe(10);
  expect(typicalOf([{ duration: 100, turn: 1 }, { duration: 1, turn: 2 }])).toBe(100);
  expect(typicalOf([{}])).toBeNull();
});

test('What is left is told only of what runs the first time', () => {
  expect(timeLeft(execution([]), 5000, 3000)).toBe(3000);
  expect(timeLeft(execution([]), 5000, 9000)).toBe(-3000);
  expect([timeLeft(execution([], { turn: 2 }), 5000, 0), timeLeft(execution([], { status: 'paused' }), 5000, 0), timeLeft(execution([]), null, 0)]).toEqual([null, null, null]);
});

test.each([[27_400, 'about 28 s left'], [1, 'about 1 s left'], [60_000, 'about 1 min 00 s left'], [59_999, 'about 1 min 00 s left'], [10_000, 'about 10 s left'], [0, 'longer than usual (12.3 s)'], [-4000, 'longer than usual (12.3 s)']])(
  'What is left is told in whole seconds: of %i ms', (left, text) => expect(leftText(left, 12_300)).toBe(text));
