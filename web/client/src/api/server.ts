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
export function send(server: ServerOptions, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (server.token) headers.set('authorization', `Bearer ${server.token}`);

  // Called as a function of its own: a browser's fetch refuses to be called as a method of something else.
  const fetcher = server.fetch ?? fetch;
  return fetcher(addressOf(server, path), { ...init, headers, credentials: server.token ? 'omit' : 'include' });
}

/** Puts values where they have one. A list is one value with commas, as every list of the API is. */
export function fill(target: URLSearchParams | Headers, values: object = {}): void {
  for (const [name, value] of Object.entries(values)) {
    if (value != null) target.set(name, String(value));
  }
}

/** Gives a path with a query. */
export function withQuery(path: string, values?: object): string {
  const query = new URLSearchParams();
  fill(query, values);
  return query.size > 0 ? `${path}?${query}` : path;
}
