import { ApiError } from '@sightglass/client';
import type { components } from '@sightglass/client';

export type Methods = components['schemas']['LoginMethods'];

/** Gives the address where a browser begins a login by the provider, and the page that is shown afterwards. */
export const providerAddress = (url: string, next: string): string => `${url}?next=${encodeURIComponent(next)}`;

/** How long the server may take to say how one logs in, in milliseconds; then the page says so. */
const patience = 8000;

/** Reads something that a page can do nothing without: fails where it takes long. */
export async function readSoon<T>(signal: AbortSignal, read: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new ApiError(0, 'unreachable', `The server has not answered for ${patience / 1000} seconds.`)), patience);
  try {
    return await read(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

const words: Readonly<Record<string, string>> = {
  oidc_missing: 'This server knows no such provider any more.',
  oidc_unavailable: 'The provider cannot be reached now, or does not answer as one does. Try again; if it stays so, the server’s log and its admin can tell more.',
  oidc_state: 'The sign-in took too long, or did not begin in this browser. Begin it again.',
  oidc_refused: 'The provider refused the sign-in.',
  oidc_token: 'What the provider answered does not count. Try again; if it stays so, tell an admin.',
  oidc_no_account: 'The provider knows you, and there is no account for you here. Ask an admin for one.',
  oidc_no_role: 'The provider knows you, and you have no role here. Ask an admin for one.',
  oidc_disabled: 'Your account is disabled. Ask an admin.',
  oidc_name: 'What the provider calls you cannot name an account here. Ask an admin for one.',
  oidc_name_taken: 'Your name is taken here by another account. Ask an admin for one.',
  oidc_organization: 'The provider puts you into an organisation that does not exist here. Ask an admin.',
  too_many_logins: 'Too many sign-ins failed from here. Wait a while.',
};

/** Says why the provider’s way led back here; `''` where it did not. */
export function refusalOf(code: string | null): string {
  if (code === null) return '';
  return Object.hasOwn(words, code) ? words[code]! : 'The sign-in by the provider did not work. Try again.';
}
