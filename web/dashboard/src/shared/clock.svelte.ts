import { createSubscriber } from 'svelte/reactivity';

let ahead = 0;
let held = $state.raw<number | null>(null);

const subscribe = createSubscriber((tick) => {
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
});

/** The one clock that everything on screen ticks by, once a second and only while something reads it. */
export const clock = {
  /** The server's time in milliseconds since 1970, as far as it is known. */
  get now(): number {
    subscribe();
    return Date.now() + ahead;
  },

  /** Until when what is shown is known to be true: it stands still while the server is away. */
  get known(): number {
    return held ?? clock.now;
  },

  /** Lets `known` stand at a moment, or go on. */
  hold(at: number | null): void {
    held = at;
  },

  /** Learns the server's time from an answer, so that durations do not begin below zero where the clocks differ. */
  learn(serverTime: number): void {
    const difference = serverTime - Date.now();

    // Less than two seconds are the answer's way here.
    ahead = Math.abs(difference) < 2000 ? 0 : difference;
  },
};
