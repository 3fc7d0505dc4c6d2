import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Where measures wait for the table that is printed when all tests have run. */
export const measured = fileURLToPath(new URL('../../../artifacts/test-results/web-budgets.ndjson', import.meta.url));

export interface Measure {
  what: string;
  where: string;
  value: number;
  /** The most it may be. */
  budget: number;
  unit: string;
}

/** How a test that measures is run: what others on the machine spoil is measured again, twice at most. */
export const measuring = { retry: 2 } as const;

/** Writes measures into the table of budgets, which tells the last take of each, and fails where one is missed. */
export function hold(...measures: readonly Measure[]): void {
  for (const measure of measures) appendFileSync(measured, `${JSON.stringify(measure)}\n`);
  const missed = measures.filter((m) => !(m.value <= m.budget));
  expect(missed.map((m) => `${m.where}: ${m.what} is ${m.value} of ${m.budget} ${m.unit}`)).toEqual([]);
}
