import type { EventOf } from './event.js';
import type { ApprovalState, TriggerState } from './state.js';
import { orNull, timeOf } from './values.js';

/** What is known of one node of a stage's trigger. */
export interface Fact {
  kind: string | null;
  result: boolean | null;
  why: string | null;
  since: number | null;
  due: number | null;
  deadline: number | null;
  timedOut: string | null;
  cancelled: boolean;
  isOpen: boolean;
  by: string[];
  message: string | null;
}

/** The nodes by their number. */
export type Facts = Map<number, Fact>;

const newFact = (kind: string | null): Fact => ({
  kind, result: null, why: null, since: null, due: null, deadline: null, timedOut: null, cancelled: false, isOpen: false, by: [], message: null,
});

const sorted = (facts: Facts) => [...facts].sort(([a], [b]) => a - b);

function change(facts: Facts, number: number, to: Partial<Fact>) {
  facts.set(number, { ...(facts.get(number) ?? newFact('approval')), ...to });
}

/** A timer has started: the first that waits and has no time yet; a trigger may have several, each with its own. */
export function startTimer(facts: Facts, until: number | null): void {
  for (const [number, fact] of sorted(facts)) {
    if (fact.kind !== 'timer' || fact.result !== false || fact.cancelled || fact.timedOut !== null || fact.due !== null) continue;
    change(facts, number, { due: until });
    return;
  }
}

export function evaluate(facts: Facts, e: EventOf<'trigger.evaluated'>): void {
  const data = e.data;
  const known = facts.get(data.trigger);

  // Of an approval only what the clock says comes this way.
  const result = data.type === 'approval' && data.timedOut === undefined ? known?.result ?? null : data.result;
  change(facts, data.trigger, {
    kind: known?.kind ?? data.type,
    result,
    why: orNull(data.why),
    since: known && known.result === result ? known.since : timeOf(e.time),
    deadline: data.deadline === undefined ? known?.deadline ?? null : timeOf(data.deadline),
    timedOut: data.timedOut ?? known?.timedOut ?? null,
    cancelled: data.cancelled ?? false,
  });
}

export function request(facts: Facts, e: EventOf<'approval.requested'>): void {
  const data = e.data;
  facts.set(data.trigger, {
    ...newFact('approval'),
    isOpen: true, since: timeOf(e.time), due: timeOf(data.deadline), deadline: facts.get(data.trigger)?.deadline ?? null,
    by: data.by ?? [], message: orNull(data.message),
  });
}

export function answer(facts: Facts, e: EventOf<'approval.granted' | 'approval.rejected'>): void {
  const granted = e.type === 'approval.granted';
  const why = (granted ? 'granted' : 'rejected') + (e.data.by == null ? '' : ` by ${e.data.by}`);
  change(facts, e.data.trigger, { isOpen: false, result: granted, since: timeOf(e.time), why });
}

export function withdraw(facts: Facts, e: EventOf<'approval.withdrawn'>): void {
  const fact = facts.get(e.data.trigger);
  if (!fact) return;

  // Where its time was over that was told already.
  const told = fact.timedOut === null ? { cancelled: true, why: orNull(e.data.reason), since: timeOf(e.time) } : {};
  change(facts, e.data.trigger, { isOpen: false, ...told });
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
  sorted(facts).map(([trigger, fact]) => ({
    trigger, type: fact.kind, result: fact.result, why: fact.why, since: fact.since, deadline: fact.deadline ?? fact.due,
    timedOut: fact.timedOut, cancelled: fact.cancelled,
  }));

/** Turns back what a state says of triggers. Which of its two times a deadline was shows only while the question is open. */
export function restoreFacts(triggers: readonly TriggerState[], approvals: readonly ApprovalState[]): Facts {
  const facts: Facts = new Map();
  for (const t of triggers) {
    const isTimer = t.type === 'timer';
    facts.set(t.trigger, {
      ...newFact(t.type),
      result: t.result, why: t.why, since: t.since, timedOut: t.timedOut, cancelled: t.cancelled,
      due: isTimer ? t.deadline : null,
      deadline: isTimer ? null : t.deadline,
    });
  }
  for (const a of approvals) {
    const fact = facts.get(a.trigger) ?? newFact('approval');
    facts.set(a.trigger, {
      ...fact, isOpen: true, by: a.by, message: a.message, due: a.deadline, deadline: fact.deadline === a.deadline ? null : fact.deadline,
    });
  }
  return facts;
}
