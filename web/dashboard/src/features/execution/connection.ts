import type { ExecutionState } from '@sightglass/client';
import { count } from '../../shared/format.js';
import type { Connection } from './model.js';

/** How the connection is shown: the badge's word and colour, and what it means. */
export interface ConnectionLook {
  readonly label: string;
  /** Names a colour of app.css. */
  readonly tone: 'success' | 'waiting' | 'failed' | 'cancelled';
  /** What moves: `steady` nothing, `live` the dot of a stream that is open, `trying` one that is being opened. */
  readonly motion: 'steady' | 'live' | 'trying';
  readonly title: string;
}

/** Gives the look of a connection at a moment of this machine's clock. */
export function connectionLook({ mode, error, retryAt }: Connection, now: number): ConnectionLook {
  switch (mode) {
    case 'live': return { label: 'LIVE', tone: 'success', motion: 'live', title: 'Every event is shown as it happens.' };
    case 'polling':
      return {
        label: 'Polling', tone: 'waiting', motion: 'steady',
        title: `New events are asked for every few seconds, since ${error?.code === 'streaming_disabled' || !error ? 'the server streams none' : 'no stream comes through'}. The content is the same.`,
      };
    case 'paused': return { label: 'Paused', tone: 'cancelled', motion: 'steady', title: 'Updates paused, by you; nothing is lost. Resume shows what came meanwhile.' };
    case 'connecting': return { label: 'Connecting', tone: 'waiting', motion: 'trying', title: 'The server is being asked.' };
    case 'retrying': {
      const seconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000));
      return { label: 'Offline', tone: 'failed', motion: 'steady', title: `${error?.message ?? 'The connection was lost.'} Next try in ${seconds} s.` };
    }
    case 'ended': return { label: 'Ended', tone: 'cancelled', motion: 'steady', title: 'The execution has ended; nothing more comes. If somebody opens it again, updates start again.' };
    case 'failed': return { label: 'Refused', tone: 'failed', motion: 'steady', title: error?.message ?? 'The server refuses.' };
  }
}

/** What is known of the log: `4,118 of 4,118 events`. Where more are known to exist than were read the first number is smaller. */
export const eventCount = (state: ExecutionState, last: number): string =>
  `${count(state.seq)} of ${count(Math.max(last, state.seq))} event${Math.max(last, state.seq) === 1 ? '' : 's'}`;
