/** How long something may still take, in milliseconds, from how long it takes as a rule; null where nobody knows, 0 where it takes longer. */
export function timeLeft(startTime: number, typical: number | null | undefined, now: number): number | null {
  return typical == null ? null : Math.max(0, startTime + typical - now);
}
