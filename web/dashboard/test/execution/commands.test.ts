import { describe, expect, test } from 'vitest';
import { commandsFor } from '../../src/features/execution/commands.js';
import { confirmationOf } from '../../src/features/execution/confirmation.js';
import { caller, execution } from './some.js';

describe('commandsFor', () => {
  const failed = execution([], { status: 'failed', endTime: 2000 });
  test.each([
    ['one who may only look', execution([]), caller('viewer'), ''],
    ['nobody', execution([]), null, ''],
    ['an operator of what runs', execution([]), caller('operator'), 'pause cancel'],
    ['an operator of what is paused', execution([], { status: 'paused' }), caller('operator'), 'resume cancel'],
    ['an operator of what is being cancelled', execution([], { cancelling: true }), caller('operator'), ''],
    ['an operator of what failed', failed, caller('operator'), 'retry again'],
    ['an operator of what was cancelled', execution([], { status: 'cancelled', endTime: 2000 }), caller('operator'), 'retry again'],
    ['an operator of a child that failed', execution([], { status: 'failed', endTime: 2000, parent: { executionId: 'x', stage: 's', attempt: 1 } }), caller('operator'), ''],
    ['one with a role on this pipeline', failed, caller('viewer', { grants: { release: 'operator' } }), 'retry again'],
    ['one with a role on another', failed, caller('viewer', { grants: { other: 'admin' } }), ''],
    ['an admin of what completed', execution([], { status: 'completed', endTime: 2000 }), caller('admin'), 'again delete'],
    ['an operator of a child', execution([], { status: 'completed', parent: { executionId: 'x', stage: 's', attempt: 1 } }), caller('operator'), ''],
  ])('offers %s what fits', (_, state, who, commands) => expect(commandsFor(state, who).join(' ')).toBe(commands));

  test('says before a cancellation what it does', () => {
    expect(confirmationOf('cancel', execution([], { progress: { total: 4, completed: 1, failed: 0, running: 1, pending: 2, skipped: 0 } })).text).toBe(
      '1 stage that runs will be told to stop; 2 stages will never start. What has completed stays, and all output can still be read.',
    );
  });
});
