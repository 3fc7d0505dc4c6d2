import type { components } from '@sightglass/client';

export type Role = components['schemas']['Role'];
export type Caller = components['schemas']['Caller'];

const order: readonly Role[] = ['none', 'viewer', 'operator', 'author', 'admin'];

/** Tells whether a caller has a role, on a pipeline where one is given. The server decides; this only hides what it would refuse. */
export function hasRole(caller: Caller | null, role: Role, pipeline?: string): boolean {
  if (!caller) return false;
  const granted = pipeline === undefined ? 'none' : (caller.grants[pipeline] ?? 'none');
  return Math.max(order.indexOf(caller.role), order.indexOf(granted)) >= order.indexOf(role);
}

/** Tells whether a caller has a role on any pipeline at all. */
export const hasRoleSomewhere = (caller: Caller | null, role: Role): boolean =>
  hasRole(caller, role) || Object.keys(caller?.grants ?? {}).some((pipeline) => hasRole(caller, role, pipeline));

/** Gives the address of a page of this dashboard that one may be sent to after the login; `/` for everything else. */
export function safeNext(next: string | null): string {
  // What begins with two slashes, or a slash and a backslash, is another server's.
  return next && /^\/(?![/\\])/.test(next) && !/^\/login(?:[/?#]|$)/.test(next) ? next : '/';
}
