import { ApiError } from '@sightglass/client';
import type { ExecutionState } from '@sightglass/client';
import { api } from '../../shared/api.js';
import { linkToWait } from '../../shared/executions/executions.js';
import type { ListedExecution } from '../../shared/executions/executions.js';
import { optIns } from '../../shared/notify/optIns.svelte.js';
import { wants } from '../../shared/notify/optIns.js';
import { overview } from '../../shared/overview/overview.svelte.js';
import { goto } from '../../shared/router/router.svelte.js';
import { rowOf } from './notices.js';
import type { Notice } from './notices.js';
import { Rounds } from './rounds.js';

const lookEvery = 60_000;
const asked = 50;
const teller = 'sightglass.tells';
const looked = 'sightglass.looked-at';

/**
 * Tells of what somebody follows, from whichever page, while nobody looks at a page of the dashboard. Of all tabs one tells: the
 * one that holds the lock; when it is closed the next one does. Runs until the returned function is called.
 */
export function watch(): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  void hold(teller, 'exclusive', signal, tellFrom);

  // Whoever sees a page of the dashboard says so to the tab that tells.
  let showing: AbortController | undefined;
  const look = () => {
    showing?.abort();
    showing = undefined;
    if (document.hidden || signal.aborted) return;
    showing = new AbortController();
    void hold(looked, 'shared', showing.signal, () => () => {});
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    showing?.abort();
    ending.abort();
  };
}

/** Does something while it holds a lock, until it is aborted. */
async function hold(name: string, mode: LockMode, signal: AbortSignal, begin: () => () => void): Promise<void> {
  try {
    await navigator.locks.request(name, { mode, signal }, () => new Promise<void>((resolve) => {
      const end = begin();
      signal.addEventListener('abort', () => {
        end();
        resolve();
      });
    }));
  } catch {
    // It was aborted before its turn came.
  }
}

async function isLookedAt(): Promise<boolean> {
  if (!document.hidden) return true;
  const { held } = await navigator.locks.query();
  return held?.some((lock) => lock.name === looked) ?? false;
}

/** Tells, from this tab on. */
function tellFrom(): () => void {
  const rounds = new Rounds((row) => wants(optIns.value, row), (row, notice) => void tell(row, notice));
  const stopping = new AbortController();
  const timer = setInterval(() => void listen(rounds, stopping.signal), lookEvery);
  let hasBegun = false;
  const end = $effect.root(() => {
    $effect(() => {
      const { rows, isBound } = overview;
      if (overview.count === null) return;
      const lost = rounds.take(rows);

      // Where more are under way than a list has, many fall off it at once: each is asked for in its turn, once a minute.
      if (!isBound) for (const one of lost.slice(0, asked)) void ask(rounds, one.id, one, stopping.signal);
      else if (!hasBegun) void begin(rounds, rows, stopping.signal);
      hasBegun = true;
    });
  });
  return () => {
    stopping.abort();
    clearInterval(timer);
    end();
  };
}

/** Asks for those that somebody follows by their ids and that the first list, which ends at a thousand, does not have. */
async function begin(rounds: Rounds, rows: readonly ListedExecution[], signal: AbortSignal): Promise<void> {
  const known = new Set(rows.map((row) => row.id));
  for (const id of optIns.value.executions.filter((one) => !known.has(one)).slice(-asked)) await ask(rounds, id, null, signal);
}

/** Asks how one stands of which nobody tells: what ended while nothing came through is told as well. */
async function ask(rounds: Rounds, id: string, before: ListedExecution | null, signal: AbortSignal): Promise<void> {
  try {
    const state = (await api.get('/api/executions/{id}', { path: { id }, signal })) as ExecutionState;
    rounds.takeLost(before, { ...before, ...rowOf(state) } as ListedExecution);
  } catch (error) {
    // A server that is away is asked again.
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) rounds.forget(id);
  }
}

/** Asks of those of which nobody tells how they stand, and of those that run whether anything comes from them. */
async function listen(rounds: Rounds, signal: AbortSignal): Promise<void> {
  for (const one of rounds.lost) await ask(rounds, one.id, one, signal);
  for (const row of rounds.silent) {
    try {
      const { last } = await api.get('/api/executions/{id}/lines', { path: { id: row.id }, query: { limit: 1 }, signal });
      rounds.hear(row, last, Date.now());
    } catch {
      // A server that does not answer says nothing of the execution.
    }
  }
}

/** Shows a notice, which leads to where one is needed. */
async function tell(row: ListedExecution, { title, body }: Notice): Promise<void> {
  if (globalThis.Notification?.permission !== 'granted' || (await isLookedAt())) return;
  const notification = new Notification(title, { body, tag: row.id });
  notification.onclick = () => {
    focus();
    notification.close();
    void goto(linkToWait(row));
  };
}
