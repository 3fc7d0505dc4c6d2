import type { components } from '@sightglass/client';
import { duration, money } from '../../shared/format.js';
import { shownStatus } from '../../shared/status.js';
import { diffWords } from './textDiff.js';
import type { DiffPart } from './textDiff.js';

export type Comparison = components['schemas']['Comparison'];
export type StageComparison = components['schemas']['StageComparison'];
export type Difference = components['schemas']['Difference'];

/** How much more the right one took or cost: `+1.2 s`, `−$0.02`, `=`; empty where one of them has no figure. */
export function delta(left: number | null | undefined, right: number | null | undefined, unit: 'duration' | 'cost'): string {
  if (left == null || right == null) return '';
  const difference = right - left;
  const size = Math.abs(difference);
  if (unit === 'duration' ? size < 1 : size < 1e-9) return '=';
  return `${difference > 0 ? '+' : '−'}${unit === 'duration' ? duration(size) : money(size)}`;
}

/** The text of a JSON string, and anything else as it is written; null where there is nothing. */
export function plain(json: string | null): string | null {
  if (json === null || !json.startsWith('"')) return json;
  try {
    return String(JSON.parse(json));
  } catch {
    // It was shortened.
    return json;
  }
}

/** Shows where two values part, word by word; a value that only one has is one part. */
export function partsOf({ left, right }: Difference): DiffPart[] {
  const [a, b] = [plain(left), plain(right)];
  if (a === null) return [{ kind: 'right', text: b ?? '' }];
  if (b === null) return [{ kind: 'left', text: a }];
  return diffWords(a, b);
}

/** What to call a place of a value. */
export const placeOf = (path: string): string => (path === '' ? 'the whole value' : path.slice(1).replaceAll('/', ' › ').replaceAll('~1', '/').replaceAll('~0', '~'));

type Side = NonNullable<StageComparison['left']>;

/** The state in which a stage is shown on each side: that of a stage over items tells of a rollback of these, too. */
export function statusesOf(stages: readonly StageComparison[]): Map<string, Record<'left' | 'right', string | null>> {
  const items = { left: new Map<string, Side[]>(), right: new Map<string, Side[]>() };
  for (const stage of stages) {
    const over = /^(.*)\[\d+\]$/.exec(stage.key)?.[1];
    if (over === undefined) continue;
    for (const side of ['left', 'right'] as const) {
      const one = stage[side];
      if (!one) continue;
      const known = items[side].get(over);
      if (known) known.push(one);
      else items[side].set(over, [one]);
    }
  }
  const statusOn = (stage: StageComparison, side: 'left' | 'right') => {
    const one = stage[side];
    return one && shownStatus({ ...one, instances: items[side].get(stage.key) });
  };
  return new Map(stages.map((stage) => [stage.key, { left: statusOn(stage, 'left'), right: statusOn(stage, 'right') }]));
}

/** Whether a stage is like its counterpart in all that counts. */
export const isSame = (stage: StageComparison): boolean => stage.differs.length === 0;
