import { ApiError } from '@sightglass/client';
import type { ArgumentsOf, Client } from '@sightglass/client';

/** What a pipeline is started with. */
export type StartRequest = NonNullable<ArgumentsOf<'/api/pipelines/{id}/run', 'post'>['body']>;

/** Starts a pipeline and gives the id of the execution. */
export type Start = (pipeline: string, request?: StartRequest) => Promise<string>;

/**
 * Makes what starts executions from one place of the page. A request that is made again while it is on its way, or after
 * its answer was lost, is the same request: it starts one execution.
 * @param send Sends it under an idempotency key.
 */
export function once<R>(send: (pipeline: string, key: string, request: R) => Promise<{ executionId: string }>): (pipeline: string, request: R) => Promise<string> {
  let asked = '';
  let key = '';
  let answer: Promise<string> | null = null;
  return (pipeline, request) => {
    const same = JSON.stringify([pipeline, request]);
    if (same !== asked) [asked, key, answer] = [same, newKey(), null];
    answer ??= send(pipeline, key, request).then(
      ({ executionId }) => {
        if (asked === same) asked = '';
        return executionId;
      },
      (error: unknown) => {
        if (asked === same) answer = null;
        throw error;
      },
    );
    return answer;
  };
}

/** The same with requests of the typed API. */
export function starter(api: Pick<Client, 'post'>): Start {
  const start = once<StartRequest>((id, key, body) => api.post('/api/pipelines/{id}/run', { path: { id }, header: { 'Idempotency-Key': key }, body }));
  return (pipeline, request = {}) => start(pipeline, request);
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Starts a pipeline with what its file gives. Gives where to go on: its execution, or its form where it asks for inputs. */
export async function startAsIs(start: Start, pipeline: string): Promise<{ execution: string | null; href: string }> {
  try {
    const execution = await start(pipeline);
    return { execution, href: `/executions/${execution}` };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid_input') throw error;
    return { execution: null, href: `/pipelines/${encodeURIComponent(pipeline)}` };
  }
}
