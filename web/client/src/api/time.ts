/** Waits; ends early, without an error, when the signal says so. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

/**
 * Runs something that may take only so long: its signal is aborted then, or with the caller's.
 * @param late what is thrown when its time is over
 */
export async function within<T>(milliseconds: number, signal: AbortSignal | null | undefined, late: () => Error, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const stop = () => own.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    own.abort();
  }, milliseconds);
  try {
    return await run(own.signal);
  } catch (error) {
    throw isLate ? late() : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
