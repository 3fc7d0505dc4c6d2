import type { ExecutionState, StageState } from '@sightglass/client';
import { shownStatus, tallyOf } from '../../shared/status.js';
import type { StatusLook } from '../../shared/status.js';
import type { Unit } from './units.js';

export type Tone = StatusLook['tone'];

/** Stages by tone, in the order in which they are told. */
export type Tally = ReadonlyMap<string, number>;

/** What a state says of each stage, looked up by its key. It is made anew for each state and only what is asked for is counted. */
export class StageLooks {
  readonly #stages = new Map<string, StageState>();
  readonly #tallies = new Map<string, Tally>();
  readonly breakpoints: ReadonlySet<string>;

  constructor(readonly state: ExecutionState | null) {
    for (const stage of state?.stages ?? []) this.#stages.set(stage.key, stage);
    this.breakpoints = new Set(state?.debug?.breakpoints);
  }

  of(key: string): StageState | undefined {
    const known = this.#stages.get(key);
    if (known) return known;
    const instance = /^(.*)\[(\d+)\]$/.exec(key);
    return instance ? this.#stages.get(instance[1]!)?.instances?.[Number(instance[2])] : undefined;
  }

  /** How many instances a stage has; -1 where it is not spread over items. */
  instancesOf = (id: string): number => this.#stages.get(id)?.instances?.length ?? -1;

  /** How many of what a unit stands for are in which status. */
  tally(unit: Unit): Tally {
    const known = this.#tallies.get(unit.id);
    if (known) return known;
    const first = unit.stages.length === 1 ? this.#stages.get(unit.stages[0]!) : undefined;
    const tally = new Map(tallyOf(first?.instances ?? unit.stages.flatMap((id) => this.#stages.get(id) ?? [])));
    this.#tallies.set(unit.id, tally);
    return tally;
  }

  /** Whether a branch has chosen another way than this one. */
  isNotTaken({ from, to, kind }: { readonly from: string; readonly to: string; readonly kind: string }): boolean {
    const taken = kind === 'branch' ? takenBy(this.of(from)) : undefined;
    return taken !== undefined && taken !== to;
  }

  /** The status that a unit shows: of many the one that matters most. */
  statusOf(unit: Unit): string | null {
    const only = unit.stages.length === 1 ? this.#stages.get(unit.stages[0]!) : undefined;
    if (unit.stages.length === 1) return only ? shownStatus(only) : null;
    return this.tally(unit).keys().next().value ?? null;
  }
}

/** The stage that a branch has chosen, null for none; undefined before it has. What it gave back is its decision. */
function takenBy(branch: StageState | undefined): string | null | undefined {
  const { taken } = branch?.status === 'completed' && branch.output !== null && typeof branch.output === 'object' ? (branch.output as { taken?: unknown }) : {};
  return taken === null || typeof taken === 'string' ? taken : undefined;
}

// A rollback comes after the end.
const ends = ['completed', 'failed', 'skipped', 'cancelled', 'undo.running', 'undo.partly', 'undo.completed', 'undo.failed'];

/** How many have come to an end. */
export const endedOf = (tally: Tally): number => ends.reduce((sum, status) => sum + (tally.get(status) ?? 0), 0);

/** Milliseconds that a stage took, or takes so far; null before it starts. */
export function timeOf(stage: StageState, now: number): number | null {
  if (stage.status === 'running') return stage.startTime === null ? null : Math.max(0, now - stage.startTime);
  return stage.duration ?? (stage.startTime !== null && stage.endTime !== null ? stage.endTime - stage.startTime : null);
}
