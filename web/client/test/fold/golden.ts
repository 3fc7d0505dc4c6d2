import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExecutionEvent, ExecutionPlan } from '../../src/fold/index.js';

const logs = fileURLToPath(new URL('../../../../tests/contracts/logs/', import.meta.url));

/** The recorded logs that every fold is held to, those of released versions too. */
export const goldenLogs = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ndjson')).sort();

const read = (name: string, kind: string) => readFileSync(logs + name.replace(/\.ndjson$/, kind), 'utf8');

export const eventsOf = (name: string): ExecutionEvent[] =>
  read(name, '.ndjson').split('\n').filter(Boolean).map((line) => JSON.parse(line) as ExecutionEvent);

export const stateOf = (name: string): unknown => JSON.parse(read(name, '.state.json'));

/** Values that a log refers to, by reference. */
export const valuesOf = (name: string): Record<string, ExecutionPlan> =>
  existsSync(logs + name.replace(/\.ndjson$/, '.values.json')) ? (JSON.parse(read(name, '.values.json')) as Record<string, ExecutionPlan>) : {};
