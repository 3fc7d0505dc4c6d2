import type { components } from '@sightglass/client';
import { api } from '../api.js';

export type RunningExecution = components['schemas']['ExecutionListItem'];

/** How the page stands with its server. */
export type Connection = 'connecting' | 'live' | 'polling' | 'broken';

const every = 2000;

let running = $state.raw<readonly RunningExecution[]>([]);
let count = $state<number | null>(null);
let connection = $state<Connection>('connecting');

/** What runs now, for the whole page: read once, shown by the badge, the lists and the notifications. */
export const overview = {
  get running(): readonly RunningExecution[] {
    return running;
  },

  /** How many run; null until it is known. */
  get count(): number | null {
    return count;
  },

  get connection(): Connection {
    return connection;
  },

  /** Keeps it up to date until the returned function is called. */
  follow(): () => void {
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const answer = await api.get('/api/executions/running', { signal: stopping.signal });
        running = answer.executions;
        count = answer.count;
        connection = 'polling';
      } catch {
        if (stopping.signal.aborted) return;
        connection = 'broken';
      }
      timer = setTimeout(read, every);
    };
    void read();
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  },
};
