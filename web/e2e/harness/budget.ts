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

// How much slower a machine may be that others use at the same time. A time beyond its budget is told as missed all the same.
const busy = 3;

const limitOf = ({ budget, unit }: Measure) => (unit === 'ms' ? budget * busy : budget);

/** Writes measures into the table of budgets, and fails where one is beyond what a busy machine explains. */
export function hold(...measures: readonly Measure[]): void {
  for (const measure of measures) appendFileSync(measured, `${JSON.stringify(measure)}\n`);
  const missed = measures.filter((m) => !(m.value <= limitOf(m)));
  expect(missed.map((m) => `${m.where}: ${m.what} is ${m.value} of ${m.budget} ${m.unit}`)).toEqual([]);
}
