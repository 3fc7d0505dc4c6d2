const delays = [3000, 6000, 12_000, 24_000, 48_000] as const;

/**
 * Gives the milliseconds until the next try of a stream, and null when tries have run out.
 * @param failures how many there have been since a stream brought something
 * @param atOnce whether the server sent the viewer away to come back at once
 * @param asked how long it asked to wait
 */
export function delayAfter(failures: number, atOnce: boolean, asked: number | null): number | null {
  const delay = delays[failures];
  if (delay === undefined) return null;

  // Whom the server sends away again and again without a word waits as after a loss.
  if (failures > 0) return Math.max(delay, asked ?? 0);
  return atOnce ? 0 : asked ?? delay;
}
