import { askJson } from './problem.js';
import type { ServerOptions } from './server.js';

/** What a server says may be used. */
export interface Flags {
  /** Whether executions may be streamed; otherwise they are polled. */
  ENABLE_EXECUTION_STREAMING: boolean;
}

/** The flags as the server that was asked last told them; `loadFlags` asks. */
export const FLAGS: Flags = { ENABLE_EXECUTION_STREAMING: true };

let last: { url: string | undefined; at: number; flags: Promise<Flags> } | undefined;

/** Asks a server for its flags, at most once in five seconds. A server that does not answer counts as one that streams. */
export function loadFlags(server: ServerOptions = {}): Promise<Flags> {
  const maxAge = 5000;
  const { url } = server;
  if (last && last.url === url && Date.now() - last.at < maxAge) return last.flags;
  const flags = askJson<{ flags?: Partial<Flags> }>(server, '/api/config/status', {}, maxAge)
    .catch(() => null)
    .then((answer) => ({ ...Object.assign(FLAGS, { ENABLE_EXECUTION_STREAMING: true }, answer?.flags) }));
  last = { url, at: Date.now(), flags };
  return flags;
}
