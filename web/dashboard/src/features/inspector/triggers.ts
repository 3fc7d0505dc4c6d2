import type { StageState } from '@sightglass/client';

export type TriggerFact = NonNullable<StageState['triggers']>[number];

/** How far a condition or a group of conditions is. */
export type TriggerLook = 'met' | 'waited' | 'unmet' | 'over';

export interface TriggerRow {
  readonly number: number;
  /** How many groups it stands in. */
  readonly depth: number;
  /** What kind of thing it is; empty where the rest says so. */
  readonly kind: string;
  /** The name or the text that the pipeline has for it. */
  readonly name: string;
  /** What comes behind the name. */
  readonly rest: string;
  /** The condition on an event's data. */
  readonly where: string;
  readonly look: TriggerLook;
  readonly says: string;
  /** Why, where that says more than the rest. */
  readonly why: string;
  readonly fact: TriggerFact | null;
}

interface Definition {
  readonly all?: unknown; readonly any?: unknown;
  readonly completed?: unknown; readonly failed?: unknown; readonly ended?: unknown;
  readonly event?: unknown; readonly where?: unknown; readonly when?: unknown; readonly timer?: unknown;
  readonly approval?: { readonly by?: unknown };
}

interface Node {
  readonly number: number;
  readonly depth: number;
  readonly definition: Definition;
  readonly type: string;
}

/** The most conditions and groups that are listed. */
export const mostRows = 200;

const stages: readonly string[] = ['completed', 'failed', 'ended'];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): string => (Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : textOf(value));
const membersOf = (definition: Definition): readonly unknown[] | null => {
  const members = definition.all ?? definition.any;
  return Array.isArray(members) ? members : null;
};

function typeOf(definition: Definition): string {
  const name = ['completed', 'failed', 'ended', 'event', 'approval', 'timer'].find((key) => definition[key as keyof Definition] !== undefined);
  return membersOf(definition) ? (definition.all === undefined ? 'any' : 'all') : name ?? 'condition';
}

/** The nodes of a trigger in reading order: conditions count from 0, groups after them and the one number of a wait stage. */
function nodesOf(trigger: Definition): Node[] {
  const found: { depth: number; definition: Definition; type: string }[] = [];
  const open = [{ depth: 0, definition: trigger }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { depth, definition } = next;
    found.push({ ...next, type: typeOf(definition) });
    for (const member of [...(membersOf(definition) ?? [])].reverse()) if (member !== null && typeof member === 'object') open.push({ depth: depth + 1, definition: member });
  }
  const leaves = found.filter(({ definition }) => !membersOf(definition)).length;
  let [leaf, group] = [0, leaves + 1];
  return found.map((node) => ({ ...node, number: membersOf(node.definition) ? group++ : leaf++ }));
}

// What was told in the words of the engine, in those of a reader; nothing where the row says it already.
const plain: Record<string, string> = {
  'has not arrived': '', 'the event arrived': '', started: '', 'the time has passed': '', 'it holds': '', 'it cannot hold any more': '',
  'not needed any more: what it stands in holds without it': 'the others in its group are enough',
  'not needed any more: what it stands in cannot hold': 'its group can no longer be met',
};

const met: Record<string, string> = { event: 'has arrived', approval: 'approved', timer: 'is over' };
const unmet: Record<string, string> = { approval: 'rejected', condition: 'not met' };
const late: Record<string, string> = { fail: 'too late, so the stage fails', skip: 'too late, so it cannot be met', proceed: 'too late, which counts as met' };

function stands(type: string, fact: TriggerFact | null): [TriggerLook, string] {
  if (fact === null) return ['waited', 'not yet'];
  if (fact.timedOut !== null) return [fact.result === true ? 'met' : 'unmet', late[fact.timedOut] ?? 'too late'];
  if (fact.result === true) return ['met', met[type] ?? 'met'];
  if (fact.cancelled) return ['over', 'no longer needed'];

  // An event, a time or a group that is not there is on its way; a person or another stage has said no.
  return fact.result === null || type === 'event' || type === 'timer' || type === 'all' || type === 'any' ? ['waited', 'waited for'] : ['unmet', unmet[type] ?? 'cannot be met'];
}

const none = { kind: '', name: '', rest: '', where: '' };

function wordsOf(type: string, definition: Definition): typeof none {
  if (type === 'all' || type === 'any') return { ...none, kind: type === 'all' ? 'All of these' : 'Any of these' };
  const value = definition[type as keyof Definition];
  if (stages.includes(type)) return { ...none, name: textOf(value), rest: type };
  if (type === 'event') return { ...none, kind: 'Event', name: textOf(value), where: textOf(definition.where) };
  if (type === 'approval') {
    // Of an empty list anybody may.
    const people = listOf(definition.approval?.by ?? '');
    return { ...none, kind: 'Approval', rest: people && `by ${people}` };
  }
  return type === 'timer' ? { ...none, kind: 'Timer', name: textOf(value) } : { ...none, kind: 'Condition', name: textOf(definition.when) };
}

function rowOf({ number, depth, type, definition }: Node, fact: TriggerFact | null): TriggerRow {
  const [look, says] = stands(type, fact);
  const why = fact?.why ?? '';
  const isSaid = stages.includes(type) && look === 'met' || (fact?.deadline != null && why.startsWith('waits '));
  return { number, depth, ...wordsOf(type, definition), look, says, why: isSaid ? '' : plain[why] ?? why, fact };
}

/**
 * Lists what a stage waits for as the pipeline writes it, groups before what stands in them, with what is known of each.
 * What is known of nodes that the definition does not have, or while it is not there yet, follows without a name.
 */
export function triggerRows(trigger: unknown, facts: readonly TriggerFact[]): TriggerRow[] {
  const known = new Map(facts.map((fact) => [fact.trigger, fact]));
  const nodes = trigger !== null && typeof trigger === 'object' ? nodesOf(trigger) : [];
  const rows = nodes.map((node) => {
    const fact = known.get(node.number) ?? null;
    known.delete(node.number);
    return rowOf(node, fact);
  });
  const byNumber = [...known.values()].map((fact) => rowOf({ number: fact.trigger, depth: 0, type: fact.type ?? 'condition', definition: {} }, fact));
  return [...withGroups(rows), ...byNumber];
}

/** Of a group nothing is told as a rule: it stands where those in it stand. */
function withGroups(rows: readonly TriggerRow[]): TriggerRow[] {
  const all = [...rows];
  for (let at = all.length - 1; at >= 0; at--) {
    const row = all[at]!;
    if (row.fact !== null || !row.kind.endsWith('of these')) continue;
    const inside: TriggerRow[] = [];
    for (let next = at + 1; next < all.length && all[next]!.depth > row.depth; next++) if (all[next]!.depth === row.depth + 1) inside.push(all[next]!);
    const isMet = (one: TriggerRow) => one.look === 'met';
    const isUnmet = (one: TriggerRow) => one.look === 'unmet';
    const isAll = row.kind.startsWith('All');
    if (isAll ? inside.every(isMet) : inside.some(isMet)) all[at] = { ...row, look: 'met', says: 'met' };
    else if (isAll ? inside.some(isUnmet) : inside.length > 0 && inside.every(isUnmet)) all[at] = { ...row, look: 'unmet', says: 'cannot be met' };
    else if (inside.length > 0 && inside.every(({ look }) => look === 'over')) all[at] = { ...row, look: 'over', says: 'no longer needed' };
    else all[at] = { ...row, look: 'waited', says: 'waited for' };
  }
  return all;
}
