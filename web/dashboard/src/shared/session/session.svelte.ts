import type { components } from '@sightglass/client';
import { api } from '../api.js';
import { hasRole } from './roles.js';
import type { Caller, Role } from './roles.js';

type Session = components['schemas']['Session'];
type Methods = components['schemas']['LoginMethods'];
type Login = components['schemas']['LoginRequest'];

let value = $state.raw<Session | null>(null);
let isSettled = $state.raw(false);

/** Who uses the dashboard. */
export const session = {
  get caller(): Caller | null {
    return value?.caller ?? null;
  },

  /** Whether the server's answer is there, or could not be had. */
  get isSettled(): boolean {
    return isSettled;
  },

  /** Whether nothing can be seen without a login. */
  get asksForLogin(): boolean {
    return value?.loginRequired === true && value.caller === null;
  },

  /** Whether there is a session that can be ended. */
  get canLogOut(): boolean {
    return value?.caller?.kind === 'session';
  },

  /** Tells whether the caller has a role, on a pipeline where one is given; what they have not is hidden. */
  may(role: Role, pipeline?: string): boolean {
    return hasRole(session.caller, role, pipeline);
  },

  async load(): Promise<void> {
    try {
      value = await api.get('/api/session');
    } catch {
      // Whatever the page asks for next tells what is wrong.
    } finally {
      isSettled = true;
    }
  },

  /** Asks how one may log in. */
  methods(signal: AbortSignal): Promise<Methods> {
    return api.get('/api/auth/methods', { signal });
  },

  /** @throws ApiError, when the server does not let them in */
  async logIn(login: Login): Promise<void> {
    value = await api.post('/api/session', { body: login });
    isSettled = true;
  },

  async logOut(): Promise<void> {
    await api.delete('/api/session');
    value = await api.get('/api/session');
  },
};
