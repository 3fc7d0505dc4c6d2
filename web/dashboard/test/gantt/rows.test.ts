import type { StageState } from '@sightglass/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptsAt, barsOf, busyOf, spanOf } from '../../src/features/gantt/bars.js';
import type { Bar } from '../../src/features/gantt/bar.js';
import type { Attempt } from '../../src/features/gantt/bars.js';
import { blocksOf } from '../../src/features/gantt/plan.js';
import { maxOpen, rowsOf } from '../../src/features/gantt/rows.js';
import { detailOf, isAtMost, nameOf, tookOf } from '../../src/features/gantt/words.js';
import { tallyOf, tallyText } from '../../src/shared/status.js';
import { someGraph, someStage } from '../graph/some.js';

const all = { text: '', status: null, type: null };
const none = new Set<string>();
const mapOf = (stages: readonly StageState[]) => new Map(stages.map((stage) => [stage.key, stage]));
const someAttempt = (attempt: number, startTime: number, endTime: number | null): Attempt => ({
  attempt, iteration: 0, status: endTime === null ? 'running' : 'failed', startTime, endTime, duration: endTime && endTime - startTime, cost: null, worker: 'w',
  input: null, output: null, error: null, reason: null, willRetry: endTime !== null, lost: false, child: null,
});
const list = (ids: string[], edges: string[], given: { turned?: string[]; text?: string; status?: string; stages?: StageState[]; attempts?: Attempt[] } = {}) =>
  rowsOf(blocksOf(ids, someGraph(...edges)), mapOf(given.stages ?? ids.map((id) => someStage(id))), { ...all, text: given.text ?? '', status: given.status ?? null }, new Set(given.turned), () => given.attempts ?? null, 100)
    .map(({ key, level }) => `${'  '.repeat(level - 1)}${key}`);

it('Stages_are_found_by_what_they_said', () => {
  const blocks = blocksOf(['a', 'b'], null);
  const rows = rowsOf(blocks, mapOf([someStage('a'), someStage('b')]), { ...all, text: 'needle', found: new Set(['b']) }, none, () => null, 100);
  expect(rows.map(({ key }) => key)).toEqual(['b']);
});

describe('plan', () => {
  it('Stages_with_the_same_parents_stand_together_at_the_first_of_them', () => {
    expect(list(['a', 'b', 'x', 'c', 'd'], ['a>b', 'a>c', 'b>x', 'b>d', 'c>d'])).toEqual(['a', 'group b', '  b', '  c', 'x', 'd']);
  });

  it('No_path_leads_from_one_of_a_group_to_another_and_no_stage_is_lost', () => {
    const graphs = fc.integer({ min: 2, max: 30 }).chain((count) => fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 90 })));
    fc.assert(fc.property(graphs, ([count, pairs]) => {
      const ids = Array.from({ length: count }, (_, i) => `s${i}`);
      const edges = pairs.filter(([a, b]) => a !== b).map(([a, b]) => [`s${Math.min(a, b)}`, `s${Math.max(a, b)}`] as const);
      const blocks = blocksOf(ids, someGraph(...ids, ...edges.map(([a, b]) => `${a}>${b}`)));
      expect(blocks.flatMap(({ stages }) => stages).sort()).toEqual([...ids].sort());
      const reach = (from: string) => {
        const seen = new Set<string>();
        for (const open = [from]; open.length > 0;) {
          const next = open.pop()!;
          for (const [a, b] of edges) if (a === next && !seen.has(b)) { seen.add(b); open.push(b); }
        }
        return seen;
      };
      for (const { stages } of blocks) for (const from of stages) for (const to of stages) expect(reach(from).has(to)).toBe(false);
    }));
  });

  it('Parents_that_another_parent_depends_on_make_no_other_group', () => {
    expect(list(['a', 'b', 'c', 'd'], ['a>b', 'b>c', 'a>d', 'b>d'])).toEqual(['a', 'b', 'group c', '  c', '  d']);
  });

  it('Without_a_graph_each_stage_stands_alone', () => {
    expect(blocksOf(['a', 'b'], null)).toEqual([{ id: null, stages: ['a'] }, { id: null, stages: ['b'] }]);
  });
});

describe('rows', () => {
  const many = Array.from({ length: maxOpen + 1 }, (_, i) => `b${i}`);
  const fan = ['a', ...many.map((id) => `a>${id}`)];

  it('Large_group_is_one_row_until_it_is_opened', () => {
    expect(list(['a', ...many], fan)).toEqual(['a', 'group b0']);
    expect(list(['a', ...many], fan, { turned: ['group b0'] })).toHaveLength(many.length + 2);
  });

  const each = someStage('each', { status: 'running', instances: [someStage('each[0]', { status: 'completed' }), someStage('each[1]', { status: 'failed', attempt: 2 })] });

  it('Instances_show_below_their_stage_once_it_is_opened', () => {
    expect(list(['each'], ['each'], { stages: [each] })).toEqual(['each']);
    expect(list(['each'], ['each'], { stages: [each], turned: ['each'] })).toEqual(['each', '  each[0]', '  each[1]']);
  });

  it('Stage_with_an_instance_that_matches_is_shown_with_that_alone', () => {
    expect(list(['each', 'other'], ['each', 'other'], { stages: [each, someStage('other')], status: 'failed', turned: ['each'] })).toEqual(['each', '  each[1]']);
    expect(list(['each', 'other'], ['each', 'other'], { stages: [each, someStage('other')], text: 'OTH' })).toEqual(['other']);
    expect(list(['each', 'other'], ['each', 'other'], { stages: [each, someStage('other')], text: 'nothing' })).toEqual([]);
  });

  it('Retries_are_nested_below_their_stage', () => {
    const stage = someStage('a', { status: 'running', attempt: 2, startTime: 50 });
    expect(list(['a'], ['a'], { stages: [stage], turned: ['a'], attempts: [someAttempt(1, 10, 20), someAttempt(2, 50, null), someAttempt(3, 150, null)] })).toEqual(['a', '  a attempt 1', '  a attempt 2']);
  });
});

describe('bars', () => {
  const kinds = (stage: StageState, attempts: Attempt[] | null = null, now = 100) => barsOf(stage, attempts, now).map(({ kind, from, to, status }) => `${kind} ${from}-${to} ${status}`);

  it.each<[string, Partial<StageState>, string[]]>([
    ['pending', {}, []],
    ['queued', { status: 'queued', queuedAt: 40 }, ['queue 40-100 queued']],
    ['running', { status: 'running', attempt: 1, queuedAt: 40, startTime: 60 }, ['queue 40-60 queued', 'run 60-100 running']],
    ['completed', { status: 'completed', attempt: 1, queuedAt: 40, startTime: 60, endTime: 90 }, ['queue 40-60 queued', 'run 60-90 completed']],
    ['skipped', { status: 'skipped', endTime: 70 }, []],
    ['cancelled before its turn', { status: 'cancelled', endTime: 70 }, []],
    ['rejected before its turn', { status: 'failed', endTime: 70 }, ['run 70-70 failed']],
    ['cancelled while it was queued', { status: 'cancelled', queuedAt: 40, endTime: 70 }, ['queue 40-70 cancelled']],
    ['waiting for a retry', { status: 'waiting', attempt: 1, queuedAt: 40, startTime: 60, duration: 10, waitingFor: 'retry', error: { code: 'x', message: 'y' } as StageState['error'] }, ['queue 40-60 queued', 'run 60-70 failed', 'wait 70-100 waiting']],
    ['retried, not read yet', { status: 'completed', attempt: 3, queuedAt: 50, startTime: 60, endTime: 90 }, ['queue 50-60 queued', 'run 60-90 completed']],
  ])('Bars_of_a_stage_that_is_%s', (_, stage, expected) => expect(kinds(someStage('a', stage))).toEqual(expected));

  it('Bars_of_each_attempt_with_the_waits_between', () => {
    const stage = someStage('a', { status: 'running', attempt: 2, queuedAt: 10, startTime: 60 });
    expect(kinds(stage, [someAttempt(1, 20, 30), someAttempt(2, 60, 500)])).toEqual(['queue 10-20 queued', 'run 20-30 failed', 'wait 30-60 waiting', 'run 60-100 running']);
  });

  it.each<[string, Partial<StageState>, number[], string[]]>([
    ['a person before its turn', { status: 'completed', attempt: 1, queuedAt: 60, startTime: 70, endTime: 90 }, [10], ['wait 10-60 waiting', 'queue 60-70 queued', 'run 70-90 completed']],
    ['a person, who said no', { status: 'failed', endTime: 80 }, [10], ['wait 10-80 waiting', 'run 80-80 failed']],
    ['an event as its work', { status: 'completed', attempt: 1, startTime: 20, endTime: 90 }, [20], ['wait 20-90 waiting']],
    ['an event still', { status: 'waiting', attempt: 1, startTime: 20, waitingFor: 'event' }, [20], ['wait 20-100 waiting']],
    ['two things one after the other', { status: 'completed', attempt: 1, startTime: 50, endTime: 90 }, [10, 30], ['wait 10-30 waiting', 'wait 30-50 waiting', 'run 50-90 completed']],
    ['something later than the moment that is shown', { status: 'completed', attempt: 1, startTime: 50, endTime: 90 }, [95, 300], ['run 50-90 completed']],
  ])('Bars_of_a_stage_that_waited_for_%s', (_, stage, waits, expected) => {
    const bars = barsOf(someStage('a', stage), null, 100, waits.map((from, seq) => ({ seq, from, for: 'event' })));
    expect(bars.map(({ kind, from, to, status }) => `${kind} ${from}-${to} ${status}`)).toEqual(expected);
  });

  it('Bars_follow_each_other_and_end_now_at_the_latest', () => {
    const time = fc.option(fc.integer({ min: 0, max: 100 }), { nil: null });
    fc.assert(fc.property(fc.constantFrom('pending', 'queued', 'waiting', 'running', 'completed', 'failed', 'skipped'), time, time, time, fc.integer({ min: 0, max: 3 }), fc.uniqueArray(fc.integer({ min: 0, max: 110 }), { maxLength: 3 }), (status, a, b, c, attempt, times) => {
      const [queuedAt, startTime, endTime] = [a, b, c].filter((at) => at !== null).sort((x, y) => x - y).concat([null, null, null] as never[]) as [number | null, number | null, number | null];
      const bars = barsOf(someStage('a', { status: status as StageState['status'], queuedAt, startTime, endTime, attempt }), null, 100, times.sort((x, y) => x - y).map((from, seq) => ({ seq, from, for: 'event' })));
      let last = 0;
      for (const { from, to } of bars) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(to).toBeGreaterThanOrEqual(from);
        last = to;
      }
      expect(last).toBeLessThanOrEqual(100);
    }));
  });

  it('Stage_is_idle_between_its_tries_and_while_it_waits', () => {
    const flaky = someStage('a', { status: 'failed', attempt: 2, startTime: 60, endTime: 80, duration: 20 });
    const spans = (bars: readonly { from: number; to: number }[]) => bars.map(({ from, to }) => [from, to]);
    expect(spans(busyOf(flaky, [someAttempt(1, 10, 20), someAttempt(2, 60, 80)], 100, [], 0))).toEqual([[10, 20], [60, 80]]);

    // What its earlier tries did is not known yet.
    expect(spans(busyOf(flaky, null, 100, [], 0))).toEqual([[0, 60], [60, 80]]);
    expect(busyOf(someStage('w', { type: 'wait', status: 'completed', attempt: 1, startTime: 10, endTime: 90 }), null, 100, [], 0)).toEqual([]);
    expect(spans(busyOf(someStage('x', { status: 'running', attempt: 1, startTime: 10 }), null, 100, [{ seq: 1, from: 30, for: 'approval' }], 0))).toEqual([[10, 30]]);
  });
});

describe('words', () => {
  it('Row_tells_its_exact_times', () => {
    const [row] = rowsOf(blocksOf(['a'], null), mapOf([someStage('a', { status: 'completed', attempt: 1, queuedAt: 1_000_100, startTime: 1_000_250, endTime: 1_002_350 })]), all, none, () => null, 2_000_000);
    expect(detailOf(row!, null, 2_000_000)).toMatch(/^Completed · queued .*\.100 · started .*\.250 · ended .*\.350 · waited 150 ms for a slot · ran 2\.1 s$/);
  });

  it('Row_tells_what_was_waited_for_and_how_long', () => {
    const [row] = rowsOf(blocksOf(['a'], null), mapOf([someStage('a', { status: 'completed', attempt: 1, queuedAt: 1_060_000, startTime: 1_060_000, endTime: 1_061_000 })]), all, none, () => null, 2_000_000);
    expect(detailOf(row!, null, 2_000_000, [{ seq: 1, from: 1_000_000, for: 'approval' }])).toMatch(/ · waited 1 min 00 s for approval · ran 1\.0 s$/);
  });

  it('Row_tells_what_was_measured_where_it_is_known', () => {
    const [row] = rowsOf(blocksOf(['a'], null), mapOf([someStage('a', { status: 'completed', attempt: 1, startTime: 1_000_000, endTime: 1_000_019, duration: 13 })]), all, none, () => null, 2_000_000);
    expect(detailOf(row!, null, 2_000_000)).toMatch(/ran 13 ms$/);
  });

  it('Group_is_named_by_how_many_ran_at_once', () => {
    const named = (...times: [number, number | null][]) => {
      const stages = times.map(([startTime, endTime], i) => someStage(`s${i}`, { startTime, endTime }));
      return nameOf(rowsOf(blocksOf(stages.map(({ key }) => key), someGraph(...stages.map(({ key }) => key))), mapOf(stages), all, none, () => null, 100)[0]!, 100);
    };
    expect(named([0, 10], [5, null], [10, 20])).toBe('3 in parallel, 2 at once');
    expect(named([0, 10], [10, 20])).toBe('2 side by side');
  });
});

it('Stage_that_was_rolled_back_says_so_in_its_row_and_is_found_by_that', () => {
  const stages = [someStage('a', { status: 'completed', undo: 'completed', startTime: 1, endTime: 2, duration: 1 }), someStage('b', { status: 'completed' })];
  const rows = rowsOf(blocksOf(['a', 'b'], null), mapOf(stages), { ...all, status: 'undo.completed' }, none, () => null, 100);
  expect(rows.map(({ key }) => key)).toEqual(['a']);
  expect(detailOf(rows[0]!, null, 100)).toMatch(/^Rolled back · /);
  expect(tallyText(tallyOf(stages))).toBe('1 completed, 1 rolled back');
});

describe('lost attempts', () => {
  const lost = { ...someAttempt(1, 10, 30), lost: true };
  const stage = someStage('a', { status: 'completed', attempt: 2, startTime: 30, endTime: 50, duration: 20 });

  it('Bar_of_a_lost_attempt_says_so_and_ends_when_that_was_found', () => {
    expect(barsOf(stage, [lost, { ...someAttempt(2, 30, 50), status: 'completed' }], 100).map(({ from, to, isLost }) => [from, to, isLost])).toEqual([[10, 30, true], [30, 50, undefined]]);
  });

  it('Time_of_a_lost_attempt_is_told_as_the_most_that_it_can_have_been', () => {
    const row = { kind: 'attempt', key: 'a attempt 1', level: 2, isOpen: null, stage, attempt: lost } as const;
    expect(detailOf(row, null, 100)).toMatch(/ran ≤ 20 ms · its worker was lost/);
    const ended = someStage('b', { status: 'failed', attempt: 1, startTime: 10, endTime: 30, duration: 20, lost: true });
    expect(isAtMost(barsOf(ended, null, 100))).toBe(true);
    expect(detailOf({ kind: 'stage', key: 'b', level: 1, isOpen: null, stage: ended }, null, 100)).toMatch(/ran ≤ 20 ms · its worker was lost/);
  });

  it('Attempt_that_runs_is_not_lost_though_the_one_before_was', () => {
    expect(attemptsAt([{ ...lost, endTime: 90 }], 50)[0]).toMatchObject({ status: 'running', lost: false });
  });
});

describe('rollback', () => {
  const done = someStage('a', { status: 'completed', attempt: 1, queuedAt: 10, startTime: 10, endTime: 30, duration: 20, undo: 'completed' });
  const moments = [{ seq: 5, at: 60, is: 'started' }, { seq: 6, at: 75, is: 'completed' }] as const;
  const spans = (bars: readonly Bar[]) => bars.map(({ kind, from, to, status }) => [kind, from, to, status]);

  it('Undo_has_a_bar_of_its_own_behind_those_of_the_run', () => {
    const bars = barsOf(done, null, 100, [], [moments]);
    expect(spans(bars)).toEqual([['run', 10, 30, 'completed'], ['undo', 60, 75, 'undo.completed']]);
    expect(spanOf(bars)).toEqual({ from: 10, to: 75 });
    expect(tookOf({ kind: 'stage', key: 'a', level: 1, isOpen: null, stage: done }, bars, 100)).toBe(20);
  });

  it('Undo_runs_up_to_the_moment_that_is_shown_and_is_not_there_before', () => {
    expect(spans(barsOf(done, null, 70, [], [moments])).at(-1)).toEqual(['undo', 60, 70, 'undo.running']);
    expect(spans(barsOf(done, null, 50, [], [moments]))).toEqual([['run', 10, 30, 'completed']]);
  });

  it('Undo_that_could_not_start_is_told_too', () => {
    expect(spans(barsOf({ ...done, undo: 'failed' }, null, 100, [], [[{ seq: 5, at: 60, is: 'failed' }]])).at(-1)).toEqual(['undo', 60, 60, 'undo.failed']);
  });

  it('Undos_of_items_are_one_bar_of_their_stage', () => {
    const items = someStage('a', { ...done, undo: null, instances: [{ ...done, key: 'a[0]' }, { ...done, key: 'a[1]' }] });
    expect(spans(barsOf(items, null, 100, [], [moments, [{ seq: 7, at: 75, is: 'started' }, { seq: 8, at: 90, is: 'completed' }]])).at(-1)).toEqual(['undo', 60, 90, 'undo.completed']);
  });

  it('Undo_is_told_in_words_and_counts_as_work', () => {
    expect(detailOf({ kind: 'stage', key: 'a', level: 1, isOpen: null, stage: done }, null, 100, [], [moments])).toMatch(/^Rolled back · .*ran 20 ms · undo started .*\.060 · undo ended .*\.075, took 15 ms$/);
    expect(busyOf(done, null, 100, [], 0, [moments])).toContainEqual(expect.objectContaining({ from: 60, to: 75 }));
  });
});
