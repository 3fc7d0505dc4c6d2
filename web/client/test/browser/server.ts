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

/** Makes a real answer of the server, with the policy that it gives, into the test page; its script comes from here. */
export async function openAt(page: Page, address: string, script: string): Promise<void> {
  const give = (path: string, contentType: string, body: string) => page.route(`${address}${path}`, (route) => route.fulfill({ body, contentType }));
  await give('/page.js', 'text/javascript', script);
  await give('/page.css', 'text/css', pageCss);
  const answer = await page.goto(`${address}/healthz`);
  if (!answer?.headers()['content-security-policy']) throw new Error('The server gives its answers no policy.');
  await page.evaluate((html) => {
    document.documentElement.lang = 'en';
    document.title = 'Test';
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    document.body.replaceChildren(...parsed.body.childNodes);

    // Elements that a parser made would not run.
    const script = document.createElement('script');
    Object.assign(script, { type: 'module', src: '/page.js' });
    const style = document.createElement('link');
    Object.assign(style, { rel: 'stylesheet', href: '/page.css' });
    document.head.append(style, script);
  }, pageHtml);
  await page.waitForFunction(() => 'sg' in window);
}
