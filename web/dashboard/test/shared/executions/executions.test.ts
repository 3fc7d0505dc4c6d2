import { expect, test } from 'vitest';
import { waitText } from '../../../src/shared/executions/executions.js';

test.each([
  [{}, null],
  [{ waitingFor: 'approval' as const, waitingStageName: 'Publish' }, 'Waits for approval · Publish'],
  [{ waitingFor: 'breakpoint' as const, waitingStageName: 'Publish' }, 'At a breakpoint · Publish'],
  [{ waitingFor: 'approval' as const }, 'Waits for approval'],
])('Row_says_who_is_waited_for: %o', (row, text) => expect(waitText(row)).toBe(text));
