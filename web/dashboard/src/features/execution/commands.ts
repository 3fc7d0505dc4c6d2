import type { ApprovalState, Client, ExecutionState } from '@sightglass/client';
import type { Start } from '../../shared/executions/start.js';
import { fits } from '../../shared/executions/fits.js';
import { hasRole } from '../../shared/session/roles.js';
import type { Caller, Role } from '../../shared/session/roles.js';
import { readValue } from './definition.js';

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

/** What is said before a command that cannot be taken back. */
export interface Confirmation {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
}

export function confirmationOf(command: 'cancel' | 'delete', state: ExecutionState): Confirmation {
  if (command === 'delete') {
    return {
      title: 'Delete this execution?',
      text: `Its log, output and values are removed for good, and its child executions with it. Links to it will say that it was deleted. Nobody can bring it back.`,
      confirm: 'Delete the execution',
    };
  }
  const { running, pending } = state.progress;
  const stages = (n: number) => `${n} stage${n === 1 ? '' : 's'}`;
  return {
    title: 'Cancel this execution?',
    text: `${running > 0 ? `${stages(running)} that run${running === 1 ? 's' : ''} will be told to stop` : 'Nothing runs at the moment'}; ${pending > 0 ? `${stages(pending)} will never start` : 'no stage is waiting'}. What has completed stays, and all output can still be read.`,
    confirm: 'Cancel the execution',
  };
}

/** An approval that waits for an answer. */
export interface OpenQuestion extends ApprovalState {
  /** Key of the stage. */
  readonly stage: string;
  readonly name: string;
  readonly mayAnswer: boolean;
}

const roles: readonly string[] = ['viewer', 'operator', 'author', 'admin'] satisfies Role[];

/** All questions of an execution that wait for a person. The server decides who may answer; this only hides what it would refuse. */
export function openQuestions(state: ExecutionState, caller: Caller | null): OpenQuestion[] {
  const questions: OpenQuestion[] = [];
  for (const stage of state.stages) {
    for (const one of stage.instances ? [stage, ...stage.instances] : [stage]) {
      for (const approval of one.approvals) questions.push({ ...approval, stage: one.key, name: one.name, mayAnswer: mayAnswer(approval, caller, state.pipelineId) });
    }
  }
  return questions;
}

function mayAnswer({ by }: ApprovalState, caller: Caller | null, pipeline: string): boolean {
  if (caller === null) return false;
  if (caller.kind === 'local' || caller.kind === 'socket') return true;
  if (by.length === 0) return hasRole(caller, 'operator', pipeline);
  return by.some((asked) => (roles.includes(asked) ? hasRole(caller, asked as Role, pipeline) : caller.kind === 'session' && asked === caller.name));
}

/** Gives a command; what it did is told by the events that follow. `again` gives the id of the new execution. */
export async function give(api: Client, start: Start, command: Command, state: ExecutionState): Promise<string | null> {
  const path = { id: state.id };
  switch (command) {
    case 'pause': await api.post('/api/executions/{id}/pause', { path }); return null;
    case 'resume': await api.post('/api/executions/{id}/resume', { path }); return null;
    case 'cancel': await api.post('/api/executions/{id}/cancel', { path }); return null;
    case 'retry': await api.post('/api/executions/{id}/retry', { path }); return null;
    case 'delete': await api.delete('/api/executions/{id}', { path }); return null;
    case 'again': return runAgain(api, start, state);
  }
}

async function runAgain(api: Client, start: Start, { id, pipelineId, input, priority, labels }: ExecutionState): Promise<string> {
  return start(pipelineId, { ...(input !== null && { input: (await whole(api, id, input)) as string | Record<string, unknown> }), priority, labels });
}

// An input too large for its event is a reference.
const whole = (api: Client, id: string, input: unknown): unknown => {
  const { ref, bytes, preview } = (input ?? {}) as { ref?: unknown; bytes?: unknown; preview?: unknown };
  return typeof ref === 'string' && typeof bytes === 'number' && typeof preview === 'string' ? readValue(api, id, ref) : input;
};
