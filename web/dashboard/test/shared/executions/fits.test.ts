import { expect, test } from 'vitest';
import { fits } from '../../../src/shared/executions/fits.js';

test.each([
  ['queued', ['cancel']], ['running', ['cancel']], ['paused', ['cancel']],
  ['completed', ['delete']], ['failed', ['retry', 'delete']], ['cancelled', ['retry', 'delete']],
])('Execution_that_is_%s_takes_%o', (status, commands) => {
  expect((['cancel', 'retry', 'delete'] as const).filter((command) => fits(command, status))).toEqual(commands);
});
