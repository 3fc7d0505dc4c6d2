import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL(`../../../src/Sightglass.Cli/bin/${process.env['CONFIGURATION'] ?? 'Release'}/net10.0/`, import.meta.url));

function binary(): string {
  const found = ['sightglass', 'Sightglass.Cli'].map((name) => join(program, name)).find((path) => existsSync(path));
  if (!found) throw new Error(`The server is missing: build src/Sightglass.Cli first (nothing in ${program}).`);
  return found;
}

/** The real server on a port and a data folder of its own. */
export class SightglassProcess {
  address = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'sg-web-'));
  #process: ChildProcess | null = null;
  #output = '';

  /** Takes pipelines by their names, and what more `serve` is told. */
  constructor(pipelines: Record<string, string>, readonly more: readonly string[] = []) {
    mkdirSync(join(this.#folder, 'pipelines'));
    for (const [name, yaml] of Object.entries(pipelines)) writeFileSync(join(this.#folder, 'pipelines', `${name}.yaml`), yaml);
  }

  /** Starts it, again on the same port where it ran before. */
  async start(): Promise<void> {
    this.#output = '';
    const child = spawn(binary(), ['serve', '--urls', this.address || 'http://127.0.0.1:0', '--data', join(this.#folder, 'data'), '--pipelines', join(this.#folder, 'pipelines'), ...this.more], {
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

  /** Gets the folder of its data, its pipelines and whatever else a test puts there. */
  get folder(): string {
    return this.#folder;
  }

  /** Sends JSON, and gives the answer's; a refusal is thrown. */
  async ask<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.address + path, {
      method, headers: body === undefined ? {} : { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<T>;
  }

  /** Starts a pipeline; gives the execution's id. */
  async run(pipeline: string, body: object = {}): Promise<string> {
    return (await this.ask<{ executionId: string }>('POST', `/api/pipelines/${pipeline}/run`, body)).executionId;
  }

  /** Runs a command of the program on the same data folder. */
  async command(args: readonly string[], input = ''): Promise<string> {
    const child = spawn(binary(), [...args, '--data', join(this.#folder, 'data')], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
    child.stdin.end(input);
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`sightglass ${args.join(' ')} ended with ${String(code)}: ${output}`);
    return output;
  }

  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
