import type { paths } from '../generated/openapi.js';
import { ask, askJson } from './problem.js';
import { fill, withQuery } from './server.js';
import type { ServerOptions } from './server.js';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The paths that a method can be sent to. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never }[keyof paths];

type OperationOf<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never;

type Content<R> = R extends { content: { 'application/json': infer J } } ? J : never;
type Good = 200 | 201 | 202 | 204;

/** The JSON that a request is answered with when it is not refused; `never` where the answer is something else: `open` reads that. */
export type AnswerOf<P extends keyof paths, M extends Method> = OperationOf<P, M> extends { responses: infer R } ? Content<R[keyof R & Good]> : never;

type Part<O, K extends string> = O extends { parameters: { [k in K]?: infer V } } ? Exclude<V, undefined> : never;
type Given<K extends string, V> = [V] extends [never] ? { [k in K]?: undefined } : Record<string, never> extends V ? { [k in K]?: V } : { [k in K]: V };
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B }
  : O extends { requestBody?: { content: { 'application/json': infer B } } } ? { body?: B }
  : { body?: undefined };

/** What a request takes: `path` fills the braces of the path; `query`, `header` and `body` as the API document says. */
export type ArgumentsOf<P extends keyof paths, M extends Method> =
  Given<'path', Part<OperationOf<P, M>, 'path'>> & Given<'query', Part<OperationOf<P, M>, 'query'>> & Given<'header', Part<OperationOf<P, M>, 'header'>>
  & Body<OperationOf<P, M>> & { signal?: AbortSignal };

type Rest<A> = Record<string, never> extends A ? [given?: A] : [given: A];

/** One method of the API, typed by the path. */
export type Send<M extends Method> = <P extends PathOf<M>>(path: P, ...given: Rest<ArgumentsOf<P, M>>) => Promise<AnswerOf<P, M>>;

/** The API of a server, typed by its OpenAPI document. A refusal is thrown as `ApiError`. */
export interface Client {
  /** Reads. */
  get: Send<'get'>;
  /** Puts something in the place of what is there. */
  put: Send<'put'>;
  /** Starts or commands something. */
  post: Send<'post'>;
  /** Changes a part of something. */
  patch: Send<'patch'>;
  /** Takes something away. */
  delete: Send<'delete'>;
  /** Sends a `get` and gives its answer unread, for what is no JSON: text, downloads, ranges, streams. */
  open<P extends PathOf<'get'>>(path: P, ...given: Rest<ArgumentsOf<P, 'get'>>): Promise<Response>;
}

interface AnyArguments {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  header?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

/** Makes the typed API of a server; by default of the one that the page came from. */
export function createClient(server: ServerOptions = {}): Client {
  const send = (method: Uppercase<Method>, read: typeof ask | typeof askJson = askJson) => async (path: string, given: AnyArguments = {}) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(given.path?.[name] ?? '');
      if (!value) throw new TypeError(`${path} needs ${name}`);
      return encodeURIComponent(value);
    });
    const headers = fill(new Headers(), given.header);
    if (given.body !== undefined) headers.set('content-type', 'application/json');
    return read(server, withQuery(filled, given.query), { method, headers, signal: given.signal, body: JSON.stringify(given.body) });
  };

  // The types are those of the document; what runs is the same for every path.
  return {
    get: send('GET'), put: send('PUT'), post: send('POST'), patch: send('PATCH'), delete: send('DELETE'),
    open: send('GET', ask),
  } as unknown as Client;
}
