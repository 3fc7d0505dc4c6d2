import { ApiError } from '@sightglass/client';
import type { ServerOptions } from '@sightglass/client';
import { ask, within } from '@sightglass/client/raw';
import type { EditingServer, ReadFile } from './editor/editing.svelte.js';

const yaml = { 'content-type': 'application/yaml' };
const answersWithin = 30_000;
const pathOf = (id: string) => `/api/pipelines/${encodeURIComponent(id)}`;

/** A pipeline's file as it is, with the tag by which it is replaced. */
export async function readFile(server: ServerOptions, id: string, signal: AbortSignal): Promise<ReadFile> {
  const answer = await ask(server, `${pathOf(id)}?format=yaml`, { signal });
  return { text: await answer.text(), tag: answer.headers.get('etag') };
}

/** What the editor asks of the server. `idOf` tells under which id a text is kept. */
export function editingServer(server: ServerOptions, idOf: (text: string) => string): EditingServer {
  return {
    async check(text, signal) {
      const answer = await ask(server, '/api/pipelines/validate', { method: 'POST', headers: yaml, body: text, signal });
      return ((await answer.json()) as { problems: Awaited<ReturnType<EditingServer['check']>> }).problems;
    },
    async save(text, tag) {
      const precondition: Record<string, string> = tag === null ? { 'if-none-match': '*' } : { 'if-match': tag };
      const own = new AbortController();
      const answer = await within(answersWithin, own, ask(server, pathOf(idOf(text)), { method: 'PUT', headers: { ...yaml, ...precondition }, body: text, signal: own.signal }));
      return answer.headers.get('etag') ?? '*';
    },
    async read(text) {
      const own = new AbortController();
      try {
        return await within(answersWithin, own, readFile(server, idOf(text), own.signal));
      } catch (cause) {
        if (cause instanceof ApiError && cause.status === 404) return null;
        throw cause;
      }
    },
  };
}
