import { createClient } from '@sightglass/client';

/** The API of the server that the dashboard came from; the browser's session counts. */
export const api = createClient();
