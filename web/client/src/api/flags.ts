import { askJson } from './problem.js';
import { addressOf } from './server.js';
import type { ServerOptions } from './server.js';

/** What a server says may be used. */
export interface Flags {
  /** Whether executions may be streamed; otherwise they are polled. */
  ENABLE_EXECUTION_STREAMING: boolean;
}

/** The flags as the server that was asked last told them; `loadFlags` asks. */
export const FLAGS: Flags = { ENABLE_EXECUTION_STREAMING: true };

const byDefault: Readonly<Flags> = { ENABLE_EXECUTION_STREAMING: true };
const maxAge = 5000;
const known = new Map<string, { at: number; flags: Promise<Flags> }>();

/** Asks a server for its flags, at most once in five seconds. A server that does not answer counts as one that streams. */
export function loadFlags(server: ServerOptions = {}): Promise<Flags> {
  const address = addressOf(server, '/api/config/status');
  const before = known.get(address);
  if (before && Date.now() - before.at < maxAge) return before.flags;
  const flags = askJson<{ flags?: Partial<Flags> }>(server, '/api/config/status', {}, maxAge).then(
    (status) => ({ ...Object.assign(FLAGS, byDefault, status.flags) }),
    () => ({ ...byDefault }),
  );

  // Few pages know more than one server; a program that knows very many starts over.
  if (known.size >= 16) known.clear();
  known.set(address, { at: Date.now(), flags });
  return flags;
}
