import { createClient } from '@sightglass/client';
import type { ServerOptions } from '@sightglass/client';
import { clock } from './clock.svelte.js';

let lost: (() => void) | null = null;

/** Hears when a request is refused because nobody is signed in any more. */
export function onLoginAsked(listener: (() => void) | null): void {
  lost = listener;
}

/** The server that the dashboard came from; the browser's session counts. For pieces that follow executions. */
export const server: ServerOptions = {
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    const date = Date.parse(response.headers.get('date') ?? '');
    if (date) clock.learn(date);

    // A login that fails is told by its form.
    if (response.status === 401 && !String(input).startsWith('/api/session')) lost?.();
    return response;
  },
};

/** The API of that server. */
export const api = createClient(server);
