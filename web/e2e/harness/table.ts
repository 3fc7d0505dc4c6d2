import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { measured } from './budget.js';
import type { Measure } from './budget.js';

const table = measured.replace(/\.ndjson$/, '.txt');
const written = ({ value }: Measure) => (Number.isInteger(value) || value >= 100 ? Math.round(value).toString() : value.toFixed(value < 1 ? 4 : 1));

/** Begins the table of budgets anew, unless some tests run again, and prints it when all tests have run. */
export function setup(): () => void {
  mkdirSync(dirname(measured), { recursive: true });
  if (!process.env['SIGHTGLASS_AGAIN']) rmSync(measured, { force: true });
  rmSync(table, { force: true });
  return () => {
    if (!existsSync(measured)) return;
    const takes = readFileSync(measured, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Measure);
    const last = new Map(takes.map((m) => [`${m.what} ${m.where}`, m]));
    const lines = [...last.values()].map((m) => `${m.value <= m.budget ? 'held  ' : 'MISSED'} ${m.what.padEnd(28)} ${m.where.padEnd(32)} ${written(m).padStart(8)} of ${m.budget} ${m.unit}`.trimEnd());
    writeFileSync(table, `${lines.join('\n')}\n`);
    process.stdout.write(`\nBudgets\n${lines.join('\n')}\n`);
  };
}
