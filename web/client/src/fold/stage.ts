import type { EventOf } from './event.js';
import { closeApprovals, openApprovals, restoreFacts, startTimer, triggersOf } from './facts.js';
import type { Facts } from './facts.js';
import type { ErrorState, StageState, StageStatus } from './state.js';
import { orNull, timeOf } from './values.js';

/** One stage or instance while it is folded. */
export interface Stage {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Place in the plan, from 1. */
  readonly position: number;
  /** Number of the instance; -1 for a stage of the plan. */
  readonly index: number;
  status: StageStatus;
  attempt: number;
  inAttempt: boolean;
  iteration: number;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  duration: number | null;
  cost: number | null;
  waitingFor: string | null;
  due: number | null;
  reason: string | null;
  error: ErrorState | null;
  input: unknown;
  output: unknown;
  child: string | null;
  undo: string | null;
  count: number | null;
  facts: Facts;
}

export const newStage = (key: string, id: string, name: string, type: string, position: number, index: number): Stage => ({
  key, id, name, type, position, index, status: 'pending', attempt: 0, inAttempt: false, iteration: 0, queuedAt: null, startedAt: null,
  endedAt: null, duration: null, cost: null, waitingFor: null, due: null, reason: null, error: null, input: null,
  output: null, child: null, undo: null, count: null, facts: new Map(),
});

/** Starts a stage over in the next turn; what it cost stays. */
export function resetStage(s: Stage): void {
  Object.assign(s, {
    status: 'pending', iteration: 0, queuedAt: null, startedAt: null, endedAt: null, duration: null, output: null,
    error: null, reason: null, waitingFor: null, due: null, child: null, count: null, undo: null, facts: new Map(),
  } satisfies Partial<Stage>);
}

export function endStage(s: Stage, time: string, status: StageStatus): void {
  Object.assign(s, { status, inAttempt: false, endedAt: timeOf(time), waitingFor: null, due: null } satisfies Partial<Stage>);
  closeApprovals(s.facts);
}

export function waitStage(s: Stage, data: EventOf<'stage.waiting'>['data']): void {
  s.status = data.for === 'approval' ? 'blocked' : 'waiting';
  s.waitingFor = data.for ?? '';
  s.due = timeOf(data.until);
  if (!s.inAttempt && data.for === 'timer') startTimer(s.facts, s.due);
}

export function startStage(s: Stage, e: EventOf<'stage.started'>): void {
  const data = e.data;
  Object.assign(s, {
    status: 'running', attempt: e.attempt ?? 0, iteration: e.iteration ?? 0, startedAt: timeOf(e.time), endedAt: null,
    inAttempt: true, input: orNull(data.input), child: orNull(data.child), due: timeOf(data.until), waitingFor: null, reason: null,
  } satisfies Partial<Stage>);
  closeApprovals(s.facts);
}

/** Gives a stage as the API writes it. */
export function stageState(s: Stage, instances: (id: string) => readonly Stage[]): StageState {
  const state: StageState = {
    key: s.key, id: s.id, name: s.name, type: s.type, status: s.status, attempt: s.attempt, iteration: s.iteration,
    queuedAt: s.queuedAt, startTime: s.startedAt, endTime: s.endedAt, duration: s.duration, cost: s.cost,
    waitingFor: s.waitingFor, due: s.due, reason: s.reason, error: s.error, input: s.input, output: s.output,
    child: s.child, undo: s.undo, approvals: openApprovals(s.facts),
  };
  if (s.facts.size > 0) state.triggers = triggersOf(s.facts);
  if (s.count !== null && s.index < 0) {
    state.count = s.count;
    state.instances = instances(s.id).map((instance) => stageState(instance, instances));
  }
  return state;
}

/** Turns back what `stageState` gave, so that later events can be applied. */
export function restoreStage(from: StageState, position: number, index: number): Stage {
  // Between attempts a stage has no attempt whose wait it could be.
  const betweenAttempts = from.waitingFor === 'retry' || from.waitingFor === 'repeat' || from.waitingFor === 'breakpoint';
  const waits = (from.status === 'waiting' || from.status === 'blocked') && !betweenAttempts;
  return {
    key: from.key, id: from.id, name: from.name, type: from.type, position, index, status: from.status, attempt: from.attempt,
    inAttempt: from.startTime !== null && from.endTime === null && (from.status === 'running' || waits),
    iteration: from.iteration, queuedAt: from.queuedAt, startedAt: from.startTime, endedAt: from.endTime, duration: from.duration,
    cost: from.cost, waitingFor: from.waitingFor, due: from.due, reason: from.reason, error: from.error, input: from.input,
    output: from.output, child: from.child, undo: from.undo, count: from.count ?? null,
    facts: restoreFacts(from.triggers ?? [], from.approvals),
  };
}
