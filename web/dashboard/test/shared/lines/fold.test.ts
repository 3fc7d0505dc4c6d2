import { readFileSync } from 'node:fs';
import type { ExecutionEvent } from '@sightglass/client';
import { describe, expect, it } from 'vitest';
import { LineFold } from '../../../src/shared/lines/fold.js';
import type { Line } from '../../../src/shared/lines/line.js';
import { output } from './some.js';

interface Case {
  name: string;
  events: ExecutionEvent[];
  lines: { seq: number; stage: string; stream: string; level: string; text: string; rewrites: number }[];
  open: { stage: string; stream: string; text: string; rewrites: number }[];
}
const cases = JSON.parse(readFileSync('../../tests/contracts/lines.json', 'utf8')) as Case[];

describe('Lines of events', () => {
  it.each(cases.map((c) => [c.name, c] as const))('are those of the contract: %s', (_, { events, lines, open }) => {
    const fold = new LineFold();
    const found: Case['lines'] = [];
    for (const event of events) fold.add(event, ({ seq, stage, stream, level, text, rewrites = 0 }) => found.push({ seq, stage, stream, level, text, rewrites }));
    expect(found).toEqual(lines);
    expect(fold.open.map(({ stage, stream, text, rewrites = 0 }) => ({ stage, stream, text, rewrites }))).toEqual(open);
  });

  it('keep the beginning of a line of megabytes, and its length', () => {
    const fold = new LineFold();
    const lines: Omit<Line, 'number'>[] = [];
    for (let i = 1; i <= 300; i++) fold.add(output(i, 'a', 'x'.repeat(10_000)), (line) => lines.push(line));
    fold.add(output(301, 'a', '\nafter\n'), (line) => lines.push(line));
    expect(lines.map((line) => [line.text.length, line.length])).toEqual([[2000, 3_000_000], [5, 5]]);
  });
});
