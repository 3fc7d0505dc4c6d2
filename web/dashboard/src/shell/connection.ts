import type { Connection } from '../shared/overview/overview.svelte.js';

/** How the connection is shown: a colour, a word, and what it means. */
export const connectionLooks: Record<Connection, { label: string; tone: string; title: string; pulses?: boolean }> = {
  connecting: { label: 'Connecting', tone: 'waiting', title: 'The server is being asked.', pulses: true },
  live: { label: 'Live', tone: 'success', title: 'Every change is shown as it happens.' },
  polling: { label: 'Polling', tone: 'waiting', title: 'Changes are asked for every 2 seconds, since no stream comes through at the moment.' },
  paused: { label: 'Paused', tone: 'cancelled', title: 'Nothing is asked for while nobody sees this page.' },
  broken: { label: 'Offline', tone: 'failed', title: 'The server does not answer; this page keeps trying. What is shown may be old.' },
};
