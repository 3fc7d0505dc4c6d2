import type { Client, ServerOptions } from '@sightglass/client';
import { askJson } from '@sightglass/client/raw';
import { partsOf } from './jsonText.js';
import { once } from './start.js';
import { readText } from './value.js';

/** What a pipeline is started with. */
export type RunRequest = {
  /** The input as JSON text; null for none. */
  readonly input: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: 'urgent' | 'high' | 'medium' | 'low';
};

/** The body of the request: the input goes into it letter by letter, since numbers of this page hold 15 digits only. */
export const bodyOf = ({ input, ...rest }: RunRequest): string => `{${input === null ? '' : `"input":${input},`}${JSON.stringify(rest).slice(1)}`;

/** Starts a pipeline with what it is given, letter by letter. Gives the id of the execution. */
export const runner = (server: ServerOptions): ((pipeline: string, request: RunRequest) => Promise<string>) =>
  once((id, key, request) => askJson(server, `/api/pipelines/${encodeURIComponent(id)}/run`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: bodyOf(request) }));

/** The input of an execution, whole, as the text that the log has; null for none. One too large for its event is a reference. */
export async function inputText(api: Client, execution: string, signal?: AbortSignal): Promise<string | null> {
  const answer = await api.open('/api/executions/{id}/events', { path: { id: execution }, query: { limit: 1, types: ['execution.created'] }, signal });
  const text = ['events', '0', 'data', 'input'].reduce<string | undefined>((part, name) => (part === undefined ? part : partsOf(part).get(name)), await answer.text());
  if (text === undefined || text === 'null') return null;
  const { ref, bytes, preview } = (JSON.parse(text) ?? {}) as { ref?: unknown; bytes?: unknown; preview?: unknown };
  return typeof ref === 'string' && typeof bytes === 'number' && typeof preview === 'string' ? readText(api, execution, ref, signal) : text;
}
