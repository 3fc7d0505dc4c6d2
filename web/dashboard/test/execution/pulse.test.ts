import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pulse } from '../../src/features/execution/pulse.js';

let beats: number[];
let takes: number;
let now: number;
let pulse: Pulse;

beforeEach(() => {
  vi.useFakeTimers();
  [beats, takes, now] = [[], 0, 0];

  // Showing takes time that no timer sees.
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  pulse = new Pulse(() => {
    beats.push(now);
    now += takes;
  });
});
afterEach(() => {
  pulse.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function wait(milliseconds: number): Promise<void> {
  for (let i = 0; i < milliseconds; i++) {
    now++;
    await vi.advanceTimersByTimeAsync(1);
  }
}

test('Pulse_beats_once_at_the_end_of_the_task_after_a_quiet_time_however_often_it_is_asked', async () => {
  pulse.ask();
  pulse.ask();
  expect(beats).toEqual([]);
  await Promise.resolve();
  expect(beats).toEqual([0]);
  await wait(200);
  expect(beats).toEqual([0]);
  pulse.ask();
  await Promise.resolve();
  expect(beats).toEqual([0, 200]);
});

test('Pulse_beats_some_ten_times_a_second_while_it_is_always_asked', async () => {
  for (let i = 0; i < 1000; i++) {
    pulse.ask();
    await wait(1);
  }
  expect(beats.length).toBeGreaterThanOrEqual(11);
  expect(beats.length).toBeLessThanOrEqual(13);
  expect(Math.min(...beats.slice(1).map((at, i) => at - beats[i]!))).toBeGreaterThanOrEqual(80);
});

test('Pulse_leaves_the_page_half_of_its_time_where_showing_takes_long', async () => {
  takes = 200;
  pulse.ask();
  await wait(1);
  pulse.ask();
  await wait(190);
  expect(beats).toHaveLength(1);
  await wait(20);
  expect(beats).toHaveLength(2);
});

test('Pulse_beats_now_where_it_was_asked_and_not_again', async () => {
  pulse.ask();
  await wait(1);
  pulse.now();
  expect(beats).toHaveLength(1);
  pulse.ask();
  pulse.now();
  expect(beats).toHaveLength(2);
  await wait(300);
  expect(beats).toHaveLength(2);
});

test('Pulse_that_was_stopped_beats_no_more', async () => {
  pulse.ask();
  await wait(1);
  pulse.ask();
  pulse.stop();
  pulse.ask();
  pulse.now();
  await wait(300);
  expect(beats).toHaveLength(1);
});
