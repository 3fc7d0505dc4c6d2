/** Something that is read from the server: `loading` until the first answer, then `ready`; `broken` where no answer is there to show. */
export interface Loaded<T> {
  readonly status: 'loading' | 'ready' | 'broken';
  /** The last answer; it stays while a newer one is on its way, and where that fails. */
  readonly value: T | undefined;
  /** Why the last try failed. */
  readonly error: unknown;
  /** Whether an answer is on its way. */
  readonly isBusy: boolean;
  /** Asks again; what is shown stays meanwhile. */
  reload(): void;
  /** Puts a newer value into place, from a stream for instance. */
  set(value: T): void;
}

/**
 * Reads something from the server while a component is there, and again whenever a reactive value changes that `read` uses
 * before it waits. A read that is out of date is aborted. Call it while a component is made.
 */
export function load<T>(read: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  let value = $state.raw<T>();
  let error = $state.raw<unknown>();
  let status = $state.raw<'loading' | 'ready' | 'broken'>('loading');
  let isBusy = $state.raw(true);
  let turn = $state.raw(0);

  $effect(() => {
    void turn;
    const stopping = new AbortController();
    isBusy = true;
    read(stopping.signal).then(
      (answer) => {
        if (stopping.signal.aborted) return;
        value = answer;
        error = undefined;
        status = 'ready';
        isBusy = false;
      },
      (cause: unknown) => {
        if (stopping.signal.aborted) return;
        error = cause;
        isBusy = false;
        if (status === 'loading') status = 'broken';
      },
    );
    return () => stopping.abort();
  });

  return {
    get status() { return status; },
    get value() { return value; },
    get error() { return error; },
    get isBusy() { return isBusy; },
    reload() {
      if (status === 'broken') status = 'loading';
      turn++;
    },
    set(newer: T) {
      value = newer;
      error = undefined;
      status = 'ready';
    },
  };
}
