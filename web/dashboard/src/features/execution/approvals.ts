import type { ApprovalState, ExecutionState } from '@sightglass/client';
import { hasRole } from '../../shared/session/roles.js';
import type { Caller, Role } from '../../shared/session/roles.js';

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
