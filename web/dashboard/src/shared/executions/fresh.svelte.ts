import { untrack } from 'svelte';
import type { Loaded } from '../load.svelte.js';
import { overview } from '../overview/overview.svelte.js';
import type { ListedExecution } from './executions.js';
import { refreshed, unseenOf, unsettled } from './fresh.js';

interface Page {
  readonly executions: readonly ListedExecution[];
}

interface Kept<P extends Page> {
  readonly page: Loaded<P>;
  /** Reads again what the page shows. */
  read(signal: AbortSignal): Promise<P>;
  /** Whether an execution that the page does not show may belong to it; null where the page is not the newest. */
  fits(): ((row: Pick<ListedExecution, 'status' | 'pipelineId'>) => boolean) | null;
}

const readAfter = 1000;

/**
 * Keeps a page of executions true by what is told of all of them: its rows change where they are, and those that would come in
 * are offered, so that nothing moves under the reader's hand. Call it while a component is made.
 */
export function keepFresh<P extends Page>({ page, read, fits }: Kept<P>) {
  let newest = $state.raw<P | null>(null);
  let asked = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopping = new AbortController();

  const put = (rows: readonly ListedExecution[]) => {
    const shown = page.value;
    const executions = shown && refreshed(shown.executions, rows);
    if (executions && executions !== shown.executions) page.set({ ...shown, executions });
  };

  // What is told while nothing comes through is old.
  const isTold = $derived(overview.count !== null && (overview.connection === 'live' || overview.connection === 'polling'));

  async function ask() {
    timer = undefined;
    try {
      const answer = await read(stopping.signal);
      if (stopping.signal.aborted) return;
      put(answer.executions);
      newest = answer;
    } catch {
      // The next change asks again; whether the server answers is told at the top of the page.
      asked = '';
    }
  }

  $effect(() => {
    void page.value;
    const { rows } = overview;
    if (isTold) untrack(() => put(rows));
  });
  $effect(() => {
    if (!page.value || page.isBusy || !isTold) return;
    const wanted = unsettled(page.value.executions, overview.rows, !overview.isBound, fits());
    if (wanted === asked) return;
    asked = wanted;
    if (wanted) timer ??= setTimeout(() => void ask(), readAfter);
  });

  // What was read for another view is not of this one.
  $effect(() => {
    if (!page.isBusy) return;
    stopping.abort();
    stopping = new AbortController();
    newest = null;
  });
  $effect(() => () => {
    clearTimeout(timer);
    stopping.abort();
  });

  const count = $derived(newest && page.value && fits() ? unseenOf(page.value.executions, newest.executions).length : 0);
  return {
    /** How many would come in. */
    get count() { return count; },
    /** Shows them. */
    show() {
      if (newest) page.set(newest);
      newest = null;
    },
  };
}

const readEvery = 5000;

/**
 * Reads again what an execution's end may have changed: soon after it, and every five seconds while somebody looks, for what
 * nothing tells of. Where answers take long it asks less often. Call it while a component is made.
 */
export function keepRead(read: Pick<Loaded<unknown>, 'reload' | 'isBusy'>, { pipeline, polls = false }: { pipeline?: () => string; polls?: boolean } = {}): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told: string | null = null;
  let took = 0;
  const again = () => {
    timer = undefined;
    if (!document.hidden && !untrack(() => read.isBusy)) read.reload();
    else timer = setTimeout(again, readAfter);
  };
  const ends = $derived.by(() => {
    const id = pipeline?.();
    return overview.rows.filter((row) => row.endTime !== undefined && (id === undefined || row.pipelineId === id)).map((row) => `${row.id} ${row.endTime}`).join();
  });

  $effect(() => {
    const now = ends;
    if (told !== null && told !== now) {
      clearTimeout(timer);
      timer = setTimeout(again, readAfter);
    }
    told = now;
  });
  $effect(() => {
    if (read.isBusy) {
      took = performance.now();
      return;
    }
    took = performance.now() - took;
    if (polls) timer ??= setTimeout(again, Math.max(readEvery, 20 * took));
  });
  $effect(() => () => clearTimeout(timer));
}
