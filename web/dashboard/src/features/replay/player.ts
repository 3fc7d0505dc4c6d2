import type { ExecutionEvent } from '@sightglass/client';

export const speeds = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;

/** So many events are passed in one step at most; what is left comes with the next. */
const mostAtOnce = 5000;

/** Nobody watches nothing for longer than this, in milliseconds of their own time. */
const longestIdle = 1500;

/** Where a replay stands: after an event, at a time of the execution. */
export interface Place {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface Step extends Place {
  /** `waits`: the next event has to be read first. */
  readonly state: 'plays' | 'waits' | 'ended';
}

/**
 * Moves a replay on by some time of whoever watches.
 * @param next Gives an event that is at hand; null for one that is not.
 * @param skipsIdle Whether long times in which nothing happens are passed over.
 */
export function play(from: Place, elapsed: number, speed: number, last: number, next: (seq: number) => Pick<ExecutionEvent, 'time'> | null, skipsIdle: boolean): Step {
  let { seq } = from;
  let time = from.time + elapsed * speed;
  for (let passed = 0; seq < last && passed < mostAtOnce; passed++) {
    const event = next(seq + 1);
    if (!event) return { seq, time: from.time, state: 'waits' };
    const at = Date.parse(event.time);
    if (at > time) {
      if (skipsIdle && at - time > longestIdle * speed) time = at - longestIdle * speed;
      return { seq, time, state: 'plays' };
    }
    seq++;
  }
  if (seq < last) return { seq, time: Math.min(time, Date.parse(next(seq)?.time ?? '') || time), state: 'plays' };
  const end = next(last);
  return { seq, time: end ? Date.parse(end.time) : time, state: 'ended' };
}
