import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';

const client = 'sightglass';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64 = (value: object | Buffer) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url');

/**
 * A small OpenID provider with a page where one says yes or no. It gives each code once, checks PKCE, and signs with RS256.
 * It stands under another site than the server: what a browser keeps from other sites it keeps from this one.
 */
export class OpenIdProvider {
  issuer = '';
  /** What it says of whoever says yes. */
  claims: Record<string, unknown> = { sub: '24400320', preferred_username: 'ada' };
  readonly #codes = new Map<string, { challenge: string; redirect: string; nonce: string }>();
  #server: Server | null = null;

  async start(): Promise<void> {
    const server = createServer((asked, answer) => {
      void this.#answer(asked).then(
        ({ status = 200, type = 'application/json', location, body = '' }) => {
          answer.writeHead(status, { 'content-type': type, ...(location && { location }) }).end(body);
        },
        (error: unknown) => answer.writeHead(500).end(String(error)),
      );
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    this.issuer = `http://localhost:${(server.address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }

  /** What the server is told of it. */
  get flags(): string[] {
    return ['--oidc-authority', this.issuer, '--oidc-client-id', client, '--oidc-name', 'Example ID', '--oidc-default-role', 'operator'];
  }

  async #answer(asked: IncomingMessage): Promise<{ status?: number; type?: string; location?: string; body?: string }> {
    const { pathname, searchParams: query } = new URL(asked.url ?? '/', this.issuer);
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return { body: JSON.stringify({ issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, jwks_uri: `${this.issuer}/keys` }) };
      case '/keys':
        return { body: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] }) };
      case '/authorize':
        return { type: 'text/html', body: `<!doctype html><title>Example ID</title><h1>Sign in to Sightglass?</h1><a href="/yes?${query}">Yes</a> <a href="/no?${query}">No</a>` };
      case '/yes':
        return this.#agree(query);
      case '/no':
        return back(query, { error: 'access_denied', error_description: 'The person said no.' });
      case '/token':
        return this.#redeem(new URLSearchParams(await bodyOf(asked)));
      default:
        return { status: pathname === '/favicon.ico' ? 204 : 404 };
    }
  }

  #agree(query: URLSearchParams) {
    if (query.get('response_type') !== 'code' || query.get('client_id') !== client || query.get('code_challenge_method') !== 'S256') throw new Error(`No login: ${query}`);
    const code = randomUUID();
    this.#codes.set(code, { challenge: query.get('code_challenge')!, redirect: query.get('redirect_uri')!, nonce: query.get('nonce')! });
    return back(query, { code });
  }

  #redeem(form: URLSearchParams) {
    const login = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (!login || form.get('grant_type') !== 'authorization_code' || form.get('redirect_uri') !== login.redirect || challenge !== login.challenge)
      return { status: 400, body: '{"error":"invalid_grant"}' };
    return { body: JSON.stringify({ access_token: 'opaque', token_type: 'Bearer', id_token: this.#sign(login.nonce) }) };
  }

  #sign(nonce: string): string {
    const now = Math.floor(Date.now() / 1000);
    const text = `${base64({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${base64({ iss: this.issuer, aud: client, iat: now, exp: now + 300, nonce, ...this.claims })}`;
    return `${text}.${base64(createSign('sha256').update(text).sign(privateKey))}`;
  }
}

/** Sends the browser back to the server. */
function back(query: URLSearchParams, more: Record<string, string>) {
  const to = new URL(query.get('redirect_uri')!);
  for (const [name, value] of Object.entries({ ...more, state: query.get('state') ?? '' })) to.searchParams.set(name, value);
  return { status: 302, location: to.href };
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of asked) text += String(part);
  return text;
}
