/** Which server, and how to reach it. */
export interface ServerOptions {
  /** Address of the server, such as `https://sightglass.example.org`; by default the one that the page came from. */
  url?: string;
  /** API token, sent as `Authorization: Bearer`. Without one the cookie of the browser's session counts. */
  token?: string;
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** Gives the whole address of a path of the server. */
export const addressOf = (server: ServerOptions, path: string): string => (server.url ?? '').replace(/\/+$/, '') + path;

/** Sends a request as the options say. */
export async function send(server: ServerOptions, path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (server.token) headers.set('authorization', `Bearer ${server.token}`);

  // Called as a function of its own: a browser's fetch refuses to be called as a method of something else.
  const fetcher = server.fetch ?? fetch;
  return fetcher(addressOf(server, path), { ...init, headers, credentials: server.token ? 'omit' : 'include' });
}

/** Puts values where there are some; a list is repeated, value by value. */
export function fill<T extends URLSearchParams | Headers>(target: T, values: object = {}): T {
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value as unknown].flat()) {
      if (one != null) target.append(name, one as string);
    }
  }
  return target;
}

/** Gives a path with a query. */
export function withQuery(path: string, values?: object): string {
  const query = fill(new URLSearchParams(), values);
  return query.size > 0 ? `${path}?${query}` : path;
}
