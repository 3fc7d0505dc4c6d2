import type { EventOf } from './event.js';
import type { ApprovalState, TriggerState } from './state.js';
import { orNull, timeOf } from './values.js';

/** What is known of one node of a stage's trigger: what the API shows, and what that leaves out. */
export interface Fact extends Omit<TriggerState, 'trigger'> {
  /** When a timer fires, or a question is decided without a person; apart from the deadline, until which the answer counts. */
  due: number | null;
  isOpen: boolean;
  by: string[];
  message: string | null;
}

/** The nodes by their number. */
export type Facts = Map<number, Fact>;

const newFact = (type: string | null): Fact => ({
  type, result: null, why: null, since: null, deadline: null, timedOut: null, cancelled: false, due: null, isOpen: false, by: [], message: null,
});

const sorted = (facts: Facts) => [...facts].sort(([a], [b]) => a - b);

function change(facts: Facts, number: number, to: Partial<Fact>) {
  facts.set(number, { ...(facts.get(number) ?? newFact('approval')), ...to });
}

/** A timer has started: the first that waits and has no time yet; a trigger may have several, each with its own. */
export function startTimer(facts: Facts, due: number | null): void {
  const next = sorted(facts).find(([, f]) => f.type === 'timer' && f.result === false && !f.cancelled && f.timedOut === null && f.due === null);
  if (next) next[1].due = due;
}

export function evaluate(facts: Facts, { time, data }: EventOf<'trigger.evaluated'>): void {
  const known = facts.get(data.trigger) ?? newFact(data.type);

  // Of an approval only what the clock says comes this way.
  const result = data.type === 'approval' && data.timedOut === undefined ? known.result : data.result;
  change(facts, data.trigger, {
    ...known,
    result,
    why: orNull(data.why),
    since: (known.result === result ? known.since : null) ?? timeOf(time),
    deadline: data.deadline === undefined ? known.deadline : timeOf(data.deadline),
    timedOut: data.timedOut ?? known.timedOut,
    cancelled: data.cancelled ?? false,
  });
}

export function request(facts: Facts, { time, data }: EventOf<'approval.requested'>): void {
  change(facts, data.trigger, {
    ...newFact('approval'),
    isOpen: true, since: timeOf(time), due: timeOf(data.deadline), deadline: facts.get(data.trigger)?.deadline ?? null,
    by: data.by, message: orNull(data.message),
  });
}

export function answer(facts: Facts, { type, time, data }: EventOf<'approval.granted' | 'approval.rejected'>): void {
  const why = type.slice(9) + (data.by == null ? '' : ` by ${data.by}`);
  change(facts, data.trigger, { isOpen: false, result: type === 'approval.granted', since: timeOf(time), why });
}

export function withdraw(facts: Facts, { time, data }: EventOf<'approval.withdrawn'>): void {
  const fact = facts.get(data.trigger);
  if (!fact) return;

  // Where its time was over that was told already.
  const told = fact.timedOut === null ? { cancelled: true, why: orNull(data.reason), since: timeOf(time) } : {};
  change(facts, data.trigger, { isOpen: false, ...told });
}

/** Takes back the questions that nobody has answered: what they were asked for has been decided without them. */
export function closeApprovals(facts: Facts): void {
  for (const fact of facts.values()) fact.isOpen = false;
}

export const openApprovals = (facts: Facts): ApprovalState[] =>
  sorted(facts)
    .filter(([, fact]) => fact.isOpen)
    .map(([trigger, fact]) => ({ trigger, by: fact.by, message: fact.message, deadline: fact.due }));

export const triggersOf = (facts: Facts): TriggerState[] =>
  sorted(facts).map(([trigger, { due, isOpen: _open, by: _by, message: _message, ...fact }]) => ({ trigger, ...fact, deadline: fact.deadline ?? due }));

/** Turns back what a state says of triggers. Which of its two times a deadline was shows only while the question is open. */
export function restoreFacts(triggers: readonly TriggerState[], approvals: readonly ApprovalState[]): Facts {
  const facts: Facts = new Map();
  for (const { trigger, deadline, ...fact } of triggers) {
    facts.set(trigger, { ...newFact(null), ...fact, ...(fact.type === 'timer' ? { due: deadline } : { deadline }) });
  }
  for (const { trigger, deadline: due, ...question } of approvals) {
    const deadline = facts.get(trigger)?.deadline;
    change(facts, trigger, { ...question, isOpen: true, due, deadline: deadline === due ? null : deadline ?? null });
  }
  return facts;
}
