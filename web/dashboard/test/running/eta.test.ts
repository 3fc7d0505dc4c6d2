import { expect, test } from 'vitest';
import { timeLeft } from '../../src/features/running/eta.js';

test.each([[100, 50, 120, 30], [100, 50, 200, 0], [100, null, 120, null], [100, undefined, 120, null]])('started at %s, %s as a rule, at %s: %s left', (start, typical, now, left) =>
  expect(timeLeft(start, typical, now)).toBe(left));
