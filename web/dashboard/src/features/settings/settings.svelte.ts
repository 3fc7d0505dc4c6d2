import type { Client, components } from '@sightglass/client';
import { load } from '../../shared/load.svelte.js';

type Schemas = components['schemas'];
export type Token = Schemas['Token'];
export type User = Schemas['User'];
export type Role = Schemas['Role'];

/** What the settings show, and how it is changed; each change is read again from the server. */
export class Settings {
  readonly tokens;
  readonly users;
  readonly status;
  readonly #api: Client;

  constructor(api: Client, isAdmin: () => boolean) {
    this.#api = api;
    this.tokens = load(async (signal) => (await api.get('/api/tokens', { query: { limit: 1000 }, signal })).tokens);
    this.users = load(async (signal) => (isAdmin() ? (await api.get('/api/users', { query: { limit: 1000 }, signal })).users : []));
    this.status = load((signal) => api.get('/api/config/status', { signal }));
  }

  /** Gives the secret of the new token, which is never shown again. */
  async makeToken(token: Schemas['NewToken']): Promise<string> {
    const made = await this.#api.post('/api/tokens', { body: token });
    this.tokens.reload();
    return made.token;
  }

  async revokeToken(id: string): Promise<void> {
    await this.#api.delete('/api/tokens/{id}', { path: { id } });
    this.tokens.reload();
  }

  async addUser(user: Schemas['NewUser']): Promise<void> {
    await this.#api.post('/api/users', { body: user });
    this.users.reload();
  }

  async changeUser(name: string, change: Schemas['UserChange']): Promise<void> {
    await this.#api.patch('/api/users/{name}', { path: { name }, body: change });
    this.users.reload();
  }

  async removeUser(name: string): Promise<void> {
    await this.#api.delete('/api/users/{name}', { path: { name } });
    this.users.reload();
  }

  async changePassword(current: string, password: string): Promise<void> {
    await this.#api.put('/api/session/password', { body: { current, password } });
  }

  async setStreaming(isOn: boolean): Promise<void> {
    await this.#api.put('/api/config/flags', { body: { ENABLE_EXECUTION_STREAMING: isOn } });
    this.status.reload();
  }
}
