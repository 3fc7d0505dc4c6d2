import type { components } from '@sightglass/client';
import { fits } from '../../shared/executions/fits.js';
import type { Ask } from '../../shared/executions/fits.js';

type Item = components['schemas']['ExecutionHistoryItem'];

/** What can be done with several executions at once. */
export type BulkAction = Ask;

/** What became of one of them. */
export interface BulkOutcome {
  readonly id: string;
  readonly problem: string | null;
}

/** Those of the chosen that an action can be asked for. */
export const fitting = (action: BulkAction, chosen: readonly Item[]): Item[] => chosen.filter((item) => fits(action, item.status));

/** Does something for each, a few at a time, and goes on where one is refused. */
export async function forEach(ids: readonly string[], act: (id: string) => Promise<unknown>, atOnce = 4): Promise<BulkOutcome[]> {
  const outcomes: BulkOutcome[] = [];
  const waiting = [...ids.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, id] = next;
      outcomes[index] = await act(id).then(() => ({ id, problem: null }), (error: unknown) => ({ id, problem: error instanceof Error ? error.message : String(error) }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

/** Chooses from one place to another, as a click with Shift does. */
export function chooseRange(chosen: ReadonlySet<string>, ids: readonly string[], from: string, to: string): Set<string> {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return new Set(chosen);
  return new Set([...chosen, ...ids.slice(Math.min(a, b), Math.max(a, b) + 1)]);
}
