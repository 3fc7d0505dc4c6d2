import { followOverview } from '@sightglass/client/feed';
import type { ListedExecution, OverviewMode } from '@sightglass/client/feed';
import { server } from '../api.js';
import { clock } from '../clock.svelte.js';
import { hasAsked } from '../notify/asked.js';
import { OverviewRows, isUnderWay } from './rows.js';

/** How the page stands with its server. */
export type Connection = 'connecting' | 'live' | 'polling' | 'broken' | 'paused';

const connections: Record<OverviewMode, Connection> = {
  connecting: 'connecting', live: 'live', polling: 'polling', retrying: 'broken', failed: 'broken', paused: 'paused',
};

// What comes in that time is shown together: a thousand changes must not be a thousand drawings.
const showEvery = 100;
const pruneEvery = 30_000;

const rows = new OverviewRows();
let list = $state.raw<readonly ListedExecution[]>([]);
let isKnown = $state.raw(false);
let isBound = $state.raw(false);
let connection = $state.raw<Connection>('connecting');
const underWay = $derived(list.filter(isUnderWay));
let reconnect = () => {};

/** What is under way and what has just ended, for the whole page: followed once, shown by the badge, the lists and the notifications. */
export const overview = {
  /** Newest first; those that ended stay for five minutes. */
  get rows(): readonly ListedExecution[] {
    return list;
  },

  get underWay(): readonly ListedExecution[] {
    return underWay;
  },

  /** How many are under way; null until it is known. */
  get count(): number | null {
    return isKnown ? underWay.length : null;
  },

  /** Whether more than `count` are under way: the list ends at a thousand. */
  get isBound(): boolean {
    return isBound;
  },

  get connection(): Connection {
    return connection;
  },

  /** Tries at once, after a loss. */
  reconnect: (): void => reconnect(),

  /** Keeps it up to date until the returned function is called. */
  follow(): () => void {
    let showing: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      showing = undefined;
      rows.prune(clock.now);
      list = rows.list;
    };
    const showSoon = () => (showing ??= setTimeout(show, showEvery));

    const following = followOverview({
      ...server,
      onState: ({ executions, next }) => {
        rows.replace(executions);
        isKnown = true;
        isBound = next !== undefined;
        showSoon();
      },
      onChange: (row) => {
        rows.change(row);
        showSoon();
      },
      onDelete: ({ id }) => {
        rows.delete(id);
        showSoon();
      },
      onMode: (mode) => (connection = connections[mode]),

      // Who asked to be told of something does not look.
      isWantedUnseen: hasAsked,
    });
    reconnect = () => following.reconnect();

    const pruning = setInterval(show, pruneEvery);
    return () => {
      clearTimeout(showing);
      clearInterval(pruning);
      following.close();
    };
  },
};
