import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { pageCss, pageHtml } from './bundle.js';

const program = fileURLToPath(new URL(`../../../../src/Sightglass.Cli/bin/${process.env['CONFIGURATION'] ?? 'Release'}/net10.0/`, import.meta.url));

/** The real server on a port and a data folder of its own. */
export class SightglassProcess {
  address = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'sg-client-'));
  #process: ChildProcess | null = null;
  #output = '';

  constructor(pipelines: Record<string, string>) {
    mkdirSync(join(this.#folder, 'pipelines'));
    for (const [name, yaml] of Object.entries(pipelines)) writeFileSync(join(this.#folder, 'pipelines', `${name}.yaml`), yaml);
  }

  /** Starts it, again on the same port where it ran before. */
  async start(): Promise<void> {
    const binary = ['sightglass', 'Sightglass.Cli'].map((name) => join(program, name)).find((path) => existsSync(path));
    if (!binary) throw new Error(`The server is missing: build src/Sightglass.Cli first (nothing in ${program}).`);
    this.#output = '';
    const child = spawn(binary, ['serve', '--urls', this.address || 'http://127.0.0.1:0', '--data', join(this.#folder, 'data'), '--pipelines', join(this.#folder, 'pipelines')], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' },
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const read = (text: Buffer) => {
        this.#output += text.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(this.#output);
        if (!found) return;
        this.address = found[0];
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', (code) => reject(new Error(`The server ended with ${code}: ${this.#output}`)));
    });
  }

  /** Ends it as a crash does, or as its user does. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Opens the test page as if the server had served it, under the policy that the server gives its own. */
export async function openAt(page: Page, address: string, script: string): Promise<void> {
  const policy = (await fetch(address)).headers.get('content-security-policy');
  if (!policy) throw new Error('The server gives its page no policy.');
  const give = (path: string, contentType: string, body: string) =>
    page.route(`${address}${path}`, (route) => route.fulfill({ body, headers: { 'content-type': contentType, 'content-security-policy': policy } }));
  await give('/test', 'text/html; charset=utf-8', pageHtml);
  await give('/page.js', 'text/javascript', script);
  await give('/page.css', 'text/css', pageCss);
  await page.goto(`${address}/test`);
  await page.waitForFunction(() => 'sg' in window);
}
