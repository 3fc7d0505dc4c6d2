import type { EventOf } from './event.js';
import { closeApprovals, restoreFacts, startTimer } from './facts.js';
import type { Facts } from './facts.js';
import type { StageState, StageStatus } from './state.js';
import { orNull, timeOf } from './values.js';

/** A stage or an instance while it is folded: the state that the API shows, and what that leaves out. */
export interface Stage {
  readonly state: StageState;
  /** Place in the plan, from 1; of an instance that of its stage. */
  readonly position: number;
  facts: Facts;
  /** The state as it was given last; absent where it has changed since. */
  shown?: StageState;
}

const fresh = () => ({
  status: 'pending' as StageStatus, iteration: 0, queuedAt: null, startTime: null, endTime: null, duration: null, waitingFor: null, due: null,
  reason: null, error: null, output: null, child: null, undo: null, lost: undefined, count: undefined, instances: undefined,
});

export const newStage = (key: string, id: string, name: string, type: string, position: number): Stage => ({
  state: { key, id, name, type, attempt: 0, cost: null, input: null, approvals: [], ...fresh() }, position, facts: new Map(),
});

/** Starts a stage over in the next turn; what it cost stays. */
export function resetStage(s: Stage): void {
  Object.assign(s.state, fresh());
  s.facts = new Map();
}

/** Moves a stage on to where nothing is waited for. */
export function moveStage(s: Stage, to: Partial<StageState>): void {
  Object.assign(s.state, { waitingFor: null, due: null }, to);
  closeApprovals(s.facts);
}

export function waitStage(s: Stage, { attempt, data }: EventOf<'stage.waiting'>): void {
  const due = timeOf(data.until);
  Object.assign(s.state, { status: data.for === 'approval' ? 'blocked' : 'waiting', waitingFor: data.for, due } satisfies Partial<StageState>);

  // A wait of an attempt is no trigger's.
  if (attempt === undefined && data.for === 'timer') startTimer(s.facts, due);
}

export const startStage = (s: Stage, e: EventOf<'stage.started'>): void =>
  moveStage(s, {
    status: 'running', attempt: e.attempt, iteration: e.iteration ?? 0, startTime: timeOf(e.time), endTime: null,
    input: orNull(e.data.input), child: orNull(e.data.child), due: timeOf(e.data.until), reason: null, lost: undefined,
  });

/** Takes up a stage of a state, so that later events can be applied. */
export const restoreStage = (shown: StageState, position: number): Stage => {
  const { triggers = [], ...state } = shown;
  return { state, position, facts: restoreFacts(triggers, state.approvals), shown };
};
