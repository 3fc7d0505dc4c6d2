import type { ServerOptions } from '@sightglass/client';

/**
 * What an execution is opened with, asked for before its page is made: a plan of ten thousand stages is on its way while the
 * page still loads. Each answer is given once; whoever asks again asks the server.
 */
export class Opening {
  readonly #answers = new Map<string, Promise<Response>>();
  readonly #fetch: typeof fetch;

  constructor(id: string, server: ServerOptions) {
    this.#fetch = server.fetch ?? fetch;
    const path = `/api/executions/${encodeURIComponent(id)}`;
    for (const address of [path, `${path}/graph`]) {
      const answer = this.#fetch(address, { credentials: 'include' });

      // Whoever takes it learns what went wrong; nobody has to.
      answer.catch(() => undefined);
      this.#answers.set(address, answer);
    }
  }

  /** Asks as `fetch` does. */
  readonly fetch: typeof fetch = (input, init) => {
    const answer = this.#answers.get(String(input));
    this.#answers.delete(String(input));
    return answer && (init?.method ?? 'GET') === 'GET' ? answer : this.#fetch(input, init);
  };
}
