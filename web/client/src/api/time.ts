/** Waits, for at most the 24 days that a timer can; ends early, without an error, when the signal says so. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(milliseconds, 2 ** 31 - 1));
    signal.addEventListener('abort', done);
  });
}

/** Gives a signal that is aborted with the first of two. */
export const either = (one: AbortSignal, other: AbortSignal | null | undefined): AbortSignal => (other ? AbortSignal.any([one, other]) : one);
