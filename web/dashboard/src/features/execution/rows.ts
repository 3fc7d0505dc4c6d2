import type { StageState } from '@sightglass/client';
import type { ParallelGroup, Plan } from '../../shared/executions/plan.js';
import { withParts } from '../../shared/query.js';
import { isUndone, shownStatus } from '../../shared/status.js';

/** What the timeline is narrowed to. */
export interface RowFilter {
  /** Part of a name, a key or what a stage said, in any case. */
  readonly text: string;
  readonly status: StatusFilter;
  /** A type of stage; empty for all. */
  readonly type: string;
}

/** `open` is what has not ended. */
export type StatusFilter = 'all' | 'open' | 'running' | 'waiting' | 'pending' | 'failed' | 'completed' | 'undone' | 'skipped';

export const noFilter: RowFilter = { text: '', status: 'all', type: '' };

/** One line of the timeline. */
export interface Row {
  readonly key: string;
  readonly stage: StageState;
  /** Place of the stage in the plan; of an instance that of its stage. */
  readonly place: number;
  readonly isInstance: boolean;
  /** The stages beside which it stands, where they are shown next to each other. */
  readonly group: ParallelGroup | null;
  readonly bracket: 'first' | 'middle' | 'last' | null;
}

const hasEnded = ({ status }: StageState): boolean => status === 'completed' || status === 'failed' || status === 'skipped' || status === 'cancelled';

const statusTests: Record<StatusFilter, (stage: StageState) => boolean> = {
  all: () => true,
  open: (stage) => !hasEnded(stage),
  running: ({ status }) => status === 'running',
  waiting: ({ status }) => status === 'waiting' || status === 'blocked',
  pending: ({ status }) => status === 'queued' || status === 'pending',
  failed: ({ status }) => status === 'failed',
  completed: (stage) => shownStatus(stage) === 'completed',
  undone: (stage) => isUndone(stage),
  skipped: ({ status }) => status === 'skipped' || status === 'cancelled',
};

/**
 * Reads off a query what the timeline is narrowed to; what makes no sense there narrows nothing.
 * @param types The types that there are.
 */
export function readFilter(query: string, types: readonly string[]): RowFilter {
  const parts = new URLSearchParams(query);
  const [status, type] = [parts.get('state') ?? '', parts.get('type') ?? ''];
  return { text: parts.get('find') ?? '', status: Object.hasOwn(statusTests, status) ? (status as StatusFilter) : 'all', type: types.includes(type) ? type : '' };
}

/** Writes it into a query, in place of what was there. */
export const writeFilter = ({ text, status, type }: RowFilter, query: string): string => withParts(query, { find: text, state: status === 'all' ? null : status, type });

function testOf({ text, status, type }: RowFilter, found: ReadonlySet<string>): (stage: StageState) => boolean {
  const isStatus = statusTests[status];
  const wanted = text.trim().toLowerCase();
  return (stage) =>
    isStatus(stage) && (type === '' || stage.type === type) && (wanted === '' || stage.name.toLowerCase().includes(wanted) || stage.key.toLowerCase().includes(wanted) || found.has(stage.key));
}

/**
 * The lines of the timeline. Instances are shown under their stage where it is unfolded, and where a filter asks for them.
 * @param found Keys of the stages that hold the filter's text in what they said.
 */
export function rowsOf(stages: readonly StageState[], plan: Plan, filter: RowFilter, unfolded: ReadonlySet<string>, found: ReadonlySet<string> = new Set()): Row[] {
  const fits = testOf(filter, found);
  const isFiltered = filter.text.trim() !== '' || filter.status !== 'all' || filter.type !== '';
  const rows: Row[] = [];
  for (const place of plan.order) {
    const stage = stages[place];
    if (!stage) continue;
    const isOpen = unfolded.has(stage.key);

    // Folded instances are found too, so that their stage shows.
    const shown = isOpen ? stage.instances?.filter(fits) : undefined;
    if (!fits(stage) && !shown?.length && !(isFiltered && stage.instances?.some(fits))) continue;
    rows.push({ key: stage.key, stage, place, isInstance: false, group: plan.groups[place] ?? null, bracket: null });
    for (const instance of shown ?? []) rows.push({ key: instance.key, stage: instance, place, isInstance: true, group: plan.groups[place] ?? null, bracket: null });
  }
  return bracketed(rows);
}

// What a filter leaves of a group is tied together where at least two of its stages are left.
function bracketed(rows: Row[]): Row[] {
  for (let from = 0; from < rows.length;) {
    const { group } = rows[from]!;
    let to = from + 1;
    while (to < rows.length && group !== null && rows[to]!.group === group) to++;
    if (group !== null && rows[from]!.place !== rows[to - 1]!.place) {
      for (let i = from; i < to; i++) rows[i] = { ...rows[i]!, bracket: i === from ? 'first' : i === to - 1 ? 'last' : 'middle' };
    }
    from = to;
  }
  return rows;
}

/** How many of the stages that one waits for have not ended. */
export const waitsFor = (place: number, stages: readonly StageState[], plan: Plan): StageState[] =>
  (plan.parents[place] ?? []).map((parent) => stages[parent]!).filter((parent) => !hasEnded(parent));

/** The key of the stage or instance that failed next after one, in the order of the timeline, from the first again at the end. */
export function nextFailed(stages: readonly StageState[], plan: Plan, after: string | null): string | null {
  let isBehind = false;
  let first: string | null = null;
  for (const place of plan.order) {
    const stage = stages[place]!;
    for (const one of [stage, ...(stage.instances ?? [])]) {
      // A stage that failed with its instances says nothing that they do not.
      const counts = one.status === 'failed' && !(one === stage && stage.instances?.some(({ status }) => status === 'failed'));
      if (counts && isBehind) return one.key;
      if (counts) first ??= one.key;
      if (one.key === after) isBehind = true;
    }
  }
  return first;
}
