import { send } from './server.js';
import type { ServerOptions } from './server.js';
import { within } from './time.js';

/** One thing that is wrong with a request; servers may add members. */
export interface Problem {
  code?: string;
  message?: string;
  path?: string;
  line?: number;
  column?: number;
}

/** Why a request did not do what it asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** Status of the answer; 0 where none came. */
    readonly status: number,
    /** Stable code of the server; `unreachable` where no answer came, `bad_answer` where it was not one of Sightglass. */
    readonly code: string,
    message: string,
    /** Everything that is wrong, where there is more to say. */
    readonly problems: readonly Problem[] = [],
    /** How long the server asks to wait before the next request, in milliseconds. */
    readonly retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same request may succeed later without anybody changing something. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500 || this.code === 'bad_answer';
  }
}

/** Sends a request and gives its answer, whose body has not been read yet. */
export async function ask(server: ServerOptions, path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await send(server, path, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.', [], null, { cause: error });
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Sends a request and reads its answer, all within a time. */
export function askFor<T>(server: ServerOptions, path: string, init: RequestInit, milliseconds: number, read: (response: Response) => Promise<T>): Promise<T> {
  const late = () => new ApiError(0, 'unreachable', `The server gave no answer in ${milliseconds / 1000} seconds.`);
  return within(milliseconds, init.signal, late, async (signal) => {
    const response = await ask(server, path, { ...init, signal });
    try {
      return await read(response);
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ApiError(response.status, 'bad_answer', 'The answer is not what it says; something between here and the server may have changed it.', [], null, { cause: error });
    }
  });
}

/** Sends a request and reads its answer as JSON. */
export function askJson<T>(server: ServerOptions, path: string, init: RequestInit = {}, milliseconds = 30_000): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set('accept', 'application/json');
  return askFor(server, path, { ...init, headers }, milliseconds, (response) => response.json() as Promise<T>);
}

/** Reads why a request was refused: problem details, the envelope of the playbook routes, or neither. */
async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as RefusalBody | null;
  const error = body?.error;
  const inner = typeof error === 'object' ? error : null;
  const after = Number(response.headers.get('retry-after') ?? NaN);
  return new ApiError(
    response.status,
    body?.code ?? inner?.code ?? 'bad_answer',
    body?.detail ?? inner?.message ?? (typeof error === 'string' ? error : `The server answered ${response.status}.`),
    body?.problems ?? [],
    Number.isFinite(after) && after >= 0 ? after * 1000 : null,
  );
}

interface RefusalBody {
  code?: string;
  detail?: string;
  error?: string | { code?: string; message?: string } | null;
  problems?: Problem[];
}
