import type { StageState } from '@sightglass/client';
import { shownStatus } from '../../shared/status.js';
import { attemptsAt } from './bars.js';
import type { Attempt } from './bars.js';
import type { Block } from './plan.js';

export type Row = { readonly key: string; readonly level: number; readonly isOpen: boolean | null } & (
  | { readonly kind: 'group'; readonly stages: readonly StageState[] }
  | { readonly kind: 'stage' | 'instance'; readonly stage: StageState }
  | { readonly kind: 'attempt'; readonly stage: StageState; readonly attempt: Attempt }
);

/** What is shown: empty words and null stand for everything. */
export interface RowFilter {
  readonly text: string;
  /** Keys of the stages that hold the text in what they said. */
  readonly found?: ReadonlySet<string>;
  readonly status: string | null;
  readonly type: string | null;
}

/** Groups of more than these are folded until they are opened. */
export const maxOpen = 30;

const groupKey = (id: string) => `group ${id}`;

/** Tells whether a row is folded out; what the reader has turned is turned from how it is at first. */
const isOpenBy = (turned: ReadonlySet<string>, key: string, atFirst: boolean) => turned.has(key) !== atFirst;

/**
 * Lists the rows in the order of the plan: groups with their stages, stages with their instances or attempts.
 * @param turned Keys of rows that the reader has opened or folded.
 */
export function rowsOf(
  blocks: readonly Block[], stages: ReadonlyMap<string, StageState>, filter: RowFilter, turned: ReadonlySet<string>,
  attemptsOf: (stage: StageState) => readonly Attempt[] | null, now: number,
): Row[] {
  const rows: Row[] = [];
  const text = filter.text.trim().toLowerCase();
  const isNamed = ({ key, name }: StageState) => !text || key.toLowerCase().includes(text) || name.toLowerCase().includes(text) || filter.found?.has(key) === true;
  const hasStatus = (stage: StageState) => filter.status === null || shownStatus(stage) === filter.status;
  const matching = ({ instances }: StageState) => instances?.filter((instance) => isNamed(instance) && hasStatus(instance)) ?? [];
  const isShown = (stage: StageState) =>
    (filter.type === null || stage.type === filter.type) && ((isNamed(stage) && hasStatus(stage)) || matching(stage).length > 0);

  const addAttempts = (stage: StageState, level: number) => {
    for (const attempt of attemptsAt(attemptsOf(stage) ?? [], now)) {
      rows.push({ kind: 'attempt', key: `${stage.key} attempt ${attempt.attempt}`, level, isOpen: null, stage, attempt });
    }
  };
  const addStage = (stage: StageState, level: number, kind: 'stage' | 'instance') => {
    const instances = kind === 'stage' ? matching(stage) : [];
    const isOpenable = instances.length > 0 || (!stage.instances && stage.attempt > 1);
    const isOpen = isOpenable && isOpenBy(turned, stage.key, false);
    rows.push({ kind, key: stage.key, level, isOpen: isOpenable ? isOpen : null, stage });
    if (!isOpen) return;
    if (instances.length === 0) addAttempts(stage, level + 1);
    for (const instance of instances) addStage(instance, level + 1, 'instance');
  };

  for (const { id, stages: ids } of blocks) {
    const members = ids.map((key) => stages.get(key)).filter((stage) => stage !== undefined && isShown(stage)) as StageState[];
    if (members.length === 0) continue;
    if (id === null || members.length === 1) {
      for (const stage of members) addStage(stage, 1, 'stage');
      continue;
    }
    const isOpen = isOpenBy(turned, groupKey(id), members.length <= maxOpen);
    rows.push({ kind: 'group', key: groupKey(id), level: 1, isOpen, stages: members });
    if (isOpen) for (const stage of members) addStage(stage, 2, 'stage');
  }
  return rows;
}
