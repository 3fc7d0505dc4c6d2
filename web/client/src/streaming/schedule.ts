/** How many tries there are, after 3, 6, 12, 24 and 48 seconds, until it is polled. */
export const tries = 5;

/**
 * Gives the milliseconds until the next try of a stream.
 * @param failures how many there have been since a stream brought something
 * @param atOnce whether the server sent the viewer away to come back at once
 * @param asked how long it asked to wait
 */
export function delayAfter(failures: number, atOnce: boolean, asked: number | null | undefined): number {
  const delay = 3000 * 2 ** Math.min(failures, tries - 1);

  // Whom the server sends away again and again without a word waits as after a loss.
  if (failures > 0) return Math.max(delay, asked ?? 0);
  return atOnce ? 0 : asked ?? delay;
}
