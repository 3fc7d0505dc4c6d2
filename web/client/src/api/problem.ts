import { send } from './server.js';
import type { ServerOptions } from './server.js';
import { either } from './time.js';

/** One thing that is wrong with a request; servers may add members. */
export interface Problem {
  code?: string;
  message?: string;
  path?: string;
  line?: number;
  column?: number;
}

export const unreachable = 'The server does not answer.';
export const badAnswer = 'The answer is not one of Sightglass.';

/** What more there is to say of a refusal. */
interface ErrorDetail extends ErrorOptions {
  problems?: readonly Problem[];
  retryAfter?: number | null;
}

/** Why a request did not do what it asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** Everything that is wrong, where there is more to say. */
  readonly problems: readonly Problem[];

  /** How long the server asks to wait before the next request, in milliseconds. */
  readonly retryAfter: number | null;

  constructor(
    /** Status of the answer; 0 where none came. */
    readonly status: number,
    /** Stable code of the server; `unreachable` where no answer came, `bad_answer` where it was not one of Sightglass. */
    readonly code: string,
    message: string,
    detail: ErrorDetail = {},
  ) {
    super(message, detail);
    this.problems = detail.problems ?? [];
    this.retryAfter = detail.retryAfter ?? null;
  }

  /** Whether the same request may succeed later without anybody changing something. */
  get isPassing(): boolean {
    return /^(0|408|429|5..)$/.test(String(this.status)) || this.code === 'bad_answer';
  }
}

/** Sends a request and gives its answer, whose body has not been read yet. */
export async function ask(server: ServerOptions, path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await send(server, path, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new ApiError(0, 'unreachable', unreachable, { cause });
  }
  if (response.ok) return response;

  // Problem details, the envelope of the playbook routes, or neither.
  const body = (await response.json().catch(() => null)) as RefusalBody | null;
  const error = body?.error;
  const inner = typeof error === 'object' ? error : null;
  const after = Number(response.headers.get('retry-after') || NaN);
  throw new ApiError(
    response.status,
    body?.code ?? inner?.code ?? 'bad_answer',
    body?.detail ?? inner?.message ?? (typeof error === 'string' ? error : `The server answered ${response.status}.`),
    { problems: body?.problems, retryAfter: after >= 0 ? after * 1000 : null },
  );
}

/** Sends a request and reads its answer as JSON, which is what the server gives to who accepts anything; all within a time. */
export async function askJson<T>(server: ServerOptions, path: string, init: RequestInit = {}, milliseconds = 30_000): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new ApiError(0, 'unreachable', unreachable)), milliseconds);
  const signal = either(late.signal, init.signal);
  try {
    const response = await ask(server, path, { ...init, signal });
    return await (response.json() as Promise<T>).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ApiError(response.status, 'bad_answer', badAnswer, { cause });
    });
  } finally {
    clearTimeout(timer);
  }
}

interface RefusalBody {
  code?: string;
  detail?: string;
  error?: string | { code?: string; message?: string } | null;
  problems?: Problem[];
}
