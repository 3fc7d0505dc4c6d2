import { describe, expect, it, test } from 'vitest';
import { createFold, foldExecution } from '../../src/fold/index.js';
import type { ExecutionEvent, ExecutionFold, ExecutionState, StageState } from '../../src/fold/index.js';
import { eventsOf, goldenLogs, stateOf, valuesOf } from './golden.js';

function apply(fold: ExecutionFold, events: readonly ExecutionEvent[], log: string) {
  for (const e of events) {
    fold.apply(e);
    if (fold.missingPlan) fold.applyPlan(valuesOf(log)[fold.missingPlan]);
  }
  return fold;
}

const flat = (stages: readonly StageState[]): StageState[] => stages.flatMap((stage) => [stage, ...(stage.instances ?? [])]);

// The stage of an event, for an instance that which is spread.
const stageOf = (event: ExecutionEvent) => ('stage' in event ? event.stage.replace(/\[\d+\]$/, '') : undefined);

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

describe.each(goldenLogs)('%s, state after state', (log) => {
  it('keeps what has not changed and changes nothing that it gave before', () => {
    const fold = createFold();
    let before = fold.state();
    for (const event of eventsOf(log)) {
      const copy = JSON.stringify(before);
      apply(fold, [event], log);
      const after = fold.state();
      expect(JSON.stringify(before), `state before ${event.seq}`).toBe(copy);

      // Each stage is the same object exactly where it says the same, instances too.
      const known = new Map(flat(before.stages).map((stage) => [stage.key, stage]));
      for (const stage of flat(after.stages)) {
        const last = known.get(stage.key);
        if (last !== stage) expect(stageOf(event) ?? stage.id, `${stage.key} at ${event.seq}`).toBe(stage.id);
      }
      if (/^stage\.(output|log|progress)$|^agent\./.test(event.type)) expect(after.stages).toBe(before.stages);
      before = after;
    }
  });
});

test('Fold of ten thousand stages gives each state at the cost of what has changed', () => {
  const [created] = eventsOf('success-chain.ndjson');
  const stages = Array.from({ length: 10_000 }, (_, i) => ({ id: `s${i}`, name: `s${i}`, type: 'data' }));
  const fold = createFold();
  fold.apply({ ...created, data: { ...(created!.data as object), plan: { stages, edges: [] } } } as unknown as ExecutionEvent);
  const before = fold.state();
  fold.apply({ seq: 2, time: created!.time, executionId: created!.executionId, type: 'stage.queued', stage: 's7', data: { priority: 'medium', lane: 'medium' } } as unknown as ExecutionEvent);
  const after = fold.state();
  expect(after.stages.filter((stage, i) => stage !== before.stages[i]).map((stage) => stage.key)).toEqual(['s7']);
});

test('Fold tells of a lost attempt the most time that it can have taken when nobody measured it', () => {
  const unmeasured = eventsOf('lost-stage.ndjson').map((event) => (event.type === 'stage.failed' ? { ...event, data: { ...event.data, duration: 0 } } : event));
  expect(foldExecution(unmeasured).stages[0]).toMatchObject({ status: 'failed', duration: 20_000, lost: true });
  const started = unmeasured.find(({ type }) => type === 'stage.started')!;
  expect(foldExecution([{ ...started, seq: 7 }], foldExecution(unmeasured)).stages[0]?.lost).toBeUndefined();
});
