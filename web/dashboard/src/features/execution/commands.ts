import type { ExecutionState } from '@sightglass/client';
import { fits } from '../../shared/executions/fits.js';
import { hasRole } from '../../shared/session/roles.js';
import type { Caller } from '../../shared/session/roles.js';

export type Command = 'pause' | 'resume' | 'cancel' | 'retry' | 'again' | 'delete';

/** The commands that the caller may give and the state allows, the most likely first. */
export function commandsFor(state: ExecutionState, caller: Caller | null): Command[] {
  const commands: Command[] = [];
  const mayOperate = hasRole(caller, 'operator', state.pipelineId);
  if (fits('cancel', state.status)) {
    if (mayOperate && !state.cancelling) commands.push(state.status === 'paused' ? 'resume' : 'pause', 'cancel');
    return commands;
  }

  // A child is its parent's: that is what is run or retried.
  const isOwn = mayOperate && state.parent === null;
  if (isOwn && fits('retry', state.status)) commands.push('retry');
  if (isOwn) commands.push('again');
  if (fits('delete', state.status) && hasRole(caller, 'admin', state.pipelineId)) commands.push('delete');
  return commands;
}
