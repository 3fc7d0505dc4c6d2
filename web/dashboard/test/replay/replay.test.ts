import { foldExecution } from '@sightglass/client';
import type { ExecutionEvent } from '@sightglass/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Marks, partOf, seqAt } from '../../src/features/replay/marks.js';
import { Moments } from '../../src/features/replay/moments.js';
import { EventPages, pageSize } from '../../src/features/replay/pages.js';
import { play } from '../../src/features/replay/player.js';
import { eventText } from '../../src/features/replay/words.js';

const start = Date.UTC(2026, 0, 1);
const count = 3 * pageSize + 100;

/** A log of one stage after the other, with some output; an event every 100 ms. */
function someLog(stages = 400): ExecutionEvent[] {
  const events: object[] = [{
    type: 'execution.created', data: {
      pipelineId: 'p', name: 'P', definitionHash: 'sha256:x', priority: 'medium', input: null,
      plan: { stages: Array.from({ length: stages }, (_, i) => ({ id: `s${i}`, name: `s${i}`, type: 'shell' })), edges: [] },
    },
  }, { type: 'execution.started', data: {} }];
  for (let i = 0; i < stages; i++) {
    events.push({ type: 'stage.queued', stage: `s${i}`, data: {} }, { type: 'stage.started', stage: `s${i}`, attempt: 1, data: { worker: 'w', input: null } });
    events.push({ type: 'stage.output', stage: `s${i}`, attempt: 1, data: { stream: 'output', text: `line ${i}\n`, offset: 0 } });
    events.push(i % 50 === 7 ? { type: 'stage.failed', stage: `s${i}`, attempt: 1, data: { duration: 1, error: { code: 'x', message: 'y', retryable: false } } } : { type: 'stage.completed', stage: `s${i}`, attempt: 1, data: { duration: 1, output: i } });
  }
  return events.slice(0, count).map((event, i) => ({ executionId: 'e', seq: i + 1, time: new Date(start + i * 100).toISOString(), ...event })) as unknown as ExecutionEvent[];
}

const log = someLog();
const truth = (seq: number) => foldExecution(log.slice(0, seq));

function given(most?: number) {
  const asked = { events: 0, states: [] as number[] };
  const pages = new EventPages((after, limit) => {
    asked.events++;
    const events = log.slice(after, after + limit);
    return Promise.resolve({ events, size: JSON.stringify(events).length });
  }, most);
  const moments = new Moments(pages, (at) => {
    asked.states.push(at);
    return Promise.resolve(truth(at));
  });
  return { pages, moments, asked };
}

describe('moments', () => {
  it('Every_moment_is_what_the_log_says_in_whatever_order_it_is_asked_for', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: log.length }), { minLength: 1, maxLength: 12 }), async (seqs) => {
      const { moments } = given();
      for (const seq of seqs) expect(await moments.at(seq)).toEqual(truth(seq));
    }), { numRuns: 25 });
  });

  it('Step_back_is_folded_from_a_state_nearby_without_asking_the_server', async () => {
    const { moments, asked } = given();
    await moments.at(1200);
    const { length } = asked.states;
    for (let seq = 1199; seq >= 1001; seq -= 9) expect((await moments.at(seq))!.seq).toBe(seq);
    expect(asked.states).toHaveLength(length);
  });

  it('Far_jump_asks_for_one_state_and_one_page', async () => {
    const { moments, asked } = given();
    await moments.at(log.length);
    expect(asked.states).toEqual([3 * pageSize]);
    expect(asked.events).toBe(1);
  });

  it('Newer_question_makes_an_older_one_end_without_an_answer', async () => {
    const { moments } = given();
    const [older, newer] = await Promise.all([moments.at(900), moments.at(40)]);
    expect(older).toBeNull();
    expect(newer).toEqual(truth(40));
  });

  it('States_that_are_kept_are_few', async () => {
    const { moments } = given();
    for (let seq = 1; seq <= log.length; seq += 97) await moments.at(seq);
    expect(moments.kept).toBeLessThanOrEqual(60);
  });
});

describe('pages', () => {
  it('Each_event_is_found_and_none_behind_the_end', async () => {
    const { pages } = given();
    expect((await pages.event(1))!.seq).toBe(1);
    expect((await pages.event(pageSize + 1))!.seq).toBe(pageSize + 1);
    expect(await pages.event(log.length + 1)).toBeNull();
    expect((await pages.between(490, 1010)).map(({ seq }) => seq)).toEqual(Array.from({ length: 520 }, (_, i) => 491 + i));
  });

  it('What_is_kept_stays_below_its_limit', async () => {
    const one = JSON.stringify(log.slice(0, pageSize)).length;
    const { pages } = given(one * 2.5);
    for (let seq = 1; seq <= log.length; seq += 100) {
      await pages.event(seq);
      expect(pages.kept).toBeLessThanOrEqual(one * 2.5);
    }
    expect(pages.peek(1)).toBeNull();
    expect((await pages.event(1))!.seq).toBe(1);
  });

  it('Page_of_a_log_that_grows_is_read_again', async () => {
    const grown = log.slice(0, 10);
    const pages = new EventPages((after, limit) => Promise.resolve({ events: grown.slice(after, after + limit), size: 1 }));
    expect(await pages.event(11)).toBeNull();
    grown.push(log[10]!);
    expect((await pages.event(11))!.seq).toBe(11);
  });
});

describe('marks', () => {
  const marks = new Marks();
  marks.add(log.filter(({ type }) => /stage\.(started|completed|failed)/.test(type)));

  it('Next_and_before_are_the_nearest_of_their_kind', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: log.length + 1 }), fc.constantFrom(null, 'failed', 'start') as fc.Arbitrary<'failed' | 'start' | null>, (from, kind) => {
      const isWanted = ({ type }: ExecutionEvent) => (kind === 'failed' ? type === 'stage.failed' : kind === 'start' ? type === 'stage.started' : /stage\.(started|completed|failed)/.test(type));
      expect(marks.next(from, 1, kind)).toBe(log.find((event) => event.seq > from && isWanted(event))?.seq ?? null);
      expect(marks.next(from, -1, kind)).toBe(log.findLast((event) => event.seq < from && isWanted(event))?.seq ?? null);
    }));
  });

  it('Marks_that_come_twice_are_kept_once', () => {
    const before = marks.count;
    marks.add(log.filter(({ type }) => type === 'stage.started').slice(0, 5));
    expect(marks.count).toBe(before);
  });

  it('Places_on_the_line_map_both_ways', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5_000_000 }).chain((total) => fc.tuple(fc.constant(total), fc.integer({ min: 1, max: total }))), ([total, seq]) => {
      expect(seqAt(partOf(seq, total), total)).toBe(seq);
    }));
    expect(marks.bins('failed', log.length, 10).every((bin) => bin >= 0 && bin < 10)).toBe(true);
  });
});

describe('player', () => {
  const peek = (seq: number) => log[seq - 1] ?? null;
  const at = (seq: number) => ({ seq, time: start + (seq - 1) * 100 });

  it.each([[1, 10], [4, 40], [0.25, 2], [64, 640]])('A_second_at_speed_%s_passes_%s_events', (speed, passed) => {
    expect(play(at(1), 1000, speed, log.length, peek, false)).toMatchObject({ seq: 1 + passed, state: 'plays' });
  });

  it('Small_steps_come_to_the_same_as_large_ones', () => {
    let place: { seq: number; time: number } = at(1);
    for (let i = 0; i < 100; i++) place = play(place, 16, 2, log.length, peek, false);
    expect(place).toMatchObject({ seq: play(at(1), 1600, 2, log.length, peek, false).seq });
  });

  it('It_ends_with_the_last_event', () => {
    expect(play(at(log.length - 3), 60_000, 1, log.length, peek, false)).toEqual({ ...at(log.length), state: 'ended' });
  });

  it('It_waits_for_events_that_are_not_at_hand', () => {
    expect(play(at(5), 1000, 1, log.length, (seq) => (seq > 8 ? null : peek(seq)), false)).toMatchObject({ seq: 8, state: 'waits' });
  });

  it('Idle_time_is_passed_over_where_that_is_wanted', () => {
    const later = (seq: number) => ({ time: new Date(start + (seq > 1 ? 3_600_000 : 0)).toISOString() });
    expect(play(at(1), 60, 1, 2, later, false).time).toBe(start + 60);
    expect(play(at(1), 60, 1, 2, later, true).time).toBe(start + 3_600_000 - 1500);
  });
});

describe('words', () => {
  it('Events_are_told_in_words', () => {
    expect(eventText(log[3]!)).toBe('s0: started');
    expect(eventText(log[0]!)).toBe('execution: created');
    expect(eventText({ ...log[3]!, attempt: 3 } as ExecutionEvent)).toBe('s0: started (attempt 3)');
  });
});
