import { send } from './server.js';
import type { ServerOptions } from './server.js';
import { either } from './time.js';

/** One thing that is wrong with a request; servers may add members. */
export interface Problem {
  /** Stable code of the server. */
  code?: string;
  /** What is wrong, for people. */
  message?: string;
  /** Where in the body, such as `stages[0].id`. */
  path?: string;
  /** Line of a pipeline file, from 1. */
  line?: number;
  /** Column of that line, from 1. */
  column?: number;
}

/** What more there is to say of a refusal. */
interface ErrorDetail extends ErrorOptions {
  problems?: readonly Problem[];
  retryAfter?: number | null;
}

/** Why a request did not do what it asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** Status of the answer; 0 where none came. */
  declare readonly status: number;

  /** Stable code of the server; `unreachable` where no answer came, `bad_answer` where it was not one of Sightglass. */
  declare readonly code: string;

  /** Everything that is wrong, where there is more to say. */
  declare readonly problems: readonly Problem[];

  /** How long the server asks to wait before the next request, in milliseconds. */
  declare readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, detail?: ErrorDetail) {
    super(message, detail);
    Object.assign(this, { status, code, problems: [], retryAfter: null }, detail);
  }

  /** Whether the same request may succeed later without anybody changing something. */
  get isPassing(): boolean {
    return /^[^4]|408|429/.test(String(this.status)) || this.code === 'bad_answer';
  }
}

/** Says that no answer came. */
export const unreachable = (cause?: unknown): ApiError => new ApiError(0, 'unreachable', 'The server does not answer.', { cause });

/** What went wrong on the way, as an error of ours. */
export const errorOf = (thrown: unknown): ApiError => (thrown instanceof ApiError ? thrown : unreachable(thrown));

/** Says that the answer is another program's. */
export const badAnswer = (status: number, cause?: unknown): ApiError => new ApiError(status, 'bad_answer', 'The answer is not one of Sightglass.', { cause });

/** Sends a request and gives its answer, whose body has not been read yet. */
export async function ask(server: ServerOptions, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await send(server, path, init).catch((cause: unknown) => {
    init.signal?.throwIfAborted();
    throw unreachable(cause);
  });
  if (response.ok) return response;

  // Problem details, whose `error` is a text, the envelope of the playbook routes, or neither.
  const body = (await response.json().catch(() => null)) as RefusalBody | null;
  const error = body?.error;
  const after = parseFloat(response.headers.get('retry-after')!);
  throw new ApiError(
    response.status,
    body?.code ?? error?.code ?? 'bad_answer',
    body?.detail ?? error?.message ?? `The server answered ${response.status}.`,
    { problems: body?.problems ?? [], retryAfter: after >= 0 ? after * 1000 : null },
  );
}

/** Sends a request and reads its answer as JSON, which is what the server gives to who accepts anything; all within a time. */
export function askJson<T>(server: ServerOptions, path: string, init: RequestInit = {}, milliseconds = 30_000): Promise<T> {
  const own = new AbortController();
  const signal = either(own.signal, init.signal);
  return within(milliseconds, own, ask(server, path, { ...init, signal }).then((response) => response.json().catch((cause: unknown) => {
    signal.throwIfAborted();
    throw badAnswer(response.status, cause);
  })));
}

/** Waits for an answer, and aborts what it comes from when that takes too long. */
export function within<T>(milliseconds: number, own: AbortController, answer: Promise<T>): Promise<T> {
  const timer = setTimeout(() => own.abort(unreachable()), milliseconds);
  return answer.finally(() => clearTimeout(timer));
}

interface RefusalBody {
  code?: string;
  detail?: string;
  error?: { code?: string; message?: string };
  problems?: Problem[];
}
