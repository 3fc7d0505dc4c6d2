import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { createFold, foldExecution } from '../../src/fold/index.js';
import type { ExecutionEvent, ExecutionFold, ExecutionState } from '../../src/fold/index.js';
import { buildPageFold, pageFold } from '../../scripts/page-fold.js';
import { eventsOf, goldenLogs, stateOf, valuesOf } from './golden.js';

function apply(fold: ExecutionFold, events: readonly ExecutionEvent[], log: string) {
  for (const e of events) {
    fold.apply(e);
    if (fold.missingPlan) fold.applyPlan(valuesOf(log)[fold.missingPlan]);
  }
  return fold;
}

const asJson = (state: ExecutionState) => JSON.parse(JSON.stringify(state)) as Record<string, unknown>;

test('There are recorded logs to be held to', () => {
  expect(goldenLogs.length).toBeGreaterThan(30);
});

describe.each(goldenLogs)('%s', (log) => {
  it('folds to the recorded state', () => {
    // A state of a released version lacks what later ones added.
    expect(asJson(apply(createFold(), eventsOf(log), log).state())).toMatchObject(stateOf(log) as object);
  });

  it('folds to the same state when it begins with the state at any point', () => {
    const events = eventsOf(log);
    const whole = asJson(apply(createFold(), events, log).state());
    const first = createFold();
    for (let cut = 1; cut < events.length; cut += Math.max(1, Math.floor(events.length / 200))) {
      apply(first, events.slice(first.seq, cut), log);
      const from = JSON.parse(JSON.stringify(first.state())) as ExecutionState;
      expect(asJson(createFold(from).state()), `state at ${cut}`).toEqual(from);
      expect(asJson(apply(createFold(from), events.slice(cut), log).state()), `from ${cut}`).toEqual(whole);
    }
  });
});

test('Fold takes the sequence and changes nothing else when it does not know the type', () => {
  const events = eventsOf('success-chain.ndjson');
  const before = foldExecution(events);
  const unknown = { ...events[0], seq: before.seq + 1, type: 'stage.dreamt', stage: 'no-such-stage', data: { a: 1 } } as unknown as ExecutionEvent;
  expect(foldExecution([unknown], before)).toEqual({ ...before, seq: before.seq + 1 });
});

test('Fold gives a state of its own when events follow', () => {
  const events = eventsOf('parallel-join.ndjson');
  const half = foldExecution(events.slice(0, 5));
  const copy = JSON.stringify(half);
  foldExecution(events.slice(5), half);
  expect(JSON.stringify(half)).toBe(copy);
});

test("The page's fold is the one of this package", async () => {
  expect(readFileSync(pageFold, 'utf8'), 'run `npm run page-fold` in web/client').toBe(await buildPageFold());
});
