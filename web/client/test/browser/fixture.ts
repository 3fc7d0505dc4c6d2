import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { PlaybookRunView, RunEvent } from '../../src/runs/index.js';
import { pageCss, pageHtml } from './bundle.js';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A server that speaks the playbook routes and the workflow log stream as the documents say, and fails when it is told to. */
export class Fixture {
  streaming = true;
  /** What the next streams are answered instead; an empty list lets them through. */
  refusals: number[] = [];
  /** Whether log sockets are refused. */
  refusesSockets = false;
  view: PlaybookRunView = viewOf('running');
  /** Logs that each new socket is sent first. */
  history: object[] = [];
  readonly streams = new Set<ServerResponse>();
  readonly sockets = new Set<WebSocket>();
  readonly requests: string[] = [];
  readonly lastEventIds: (string | undefined)[] = [];
  socketsOpened = 0;
  #seq = 0;
  readonly #sent: string[] = [];
  readonly #server: Server;
  readonly #ws = new WebSocketServer({ noServer: true });

  constructor(script: string) {
    this.#server = createServer((request, response) => this.#answer(request, response, script));
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.refusesSockets) return socket.destroy();
      this.#ws.handleUpgrade(request, socket, head, (ws) => {
        this.sockets.add(ws);
        this.socketsOpened++;
        ws.on('close', () => this.sockets.delete(ws));
        for (const log of this.history) ws.send(JSON.stringify(log));
      });
    });
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<unknown> {
    this.cut();
    for (const socket of this.sockets) socket.terminate();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  reset(): void {
    Object.assign(this, { streaming: true, refusals: [], refusesSockets: false, view: viewOf('running'), history: [], socketsOpened: 0 });
    this.requests.length = this.lastEventIds.length = this.#sent.length = this.#seq = 0;
  }

  /** Sends an event to all streams, and keeps it for those that come back. */
  send(event: Partial<RunEvent>): void {
    const frame = `event: ${event.type}\nid: ${++this.#seq}.0\ndata: ${JSON.stringify({ runId: 'run-1', stepKey: null, timestamp: '2026-11-20T17:29:03.123456Z', payload: {}, ...event })}\n\n`;
    this.#sent.push(frame);
    for (const stream of this.streams) stream.write(frame);
  }

  /** Cuts all streams. */
  cut(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  /** Sends a log to all sockets, and to those that come later. */
  log(log: object): void {
    this.history.push(log);
    for (const socket of this.sockets) socket.send(JSON.stringify(log));
  }

  #answer(request: IncomingMessage, response: ServerResponse, script: string) {
    const path = request.url!.split('?')[0]!;
    this.requests.push(path);
    const give = (type: string, body: string, status = 200) => {
      response.writeHead(status, { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'no-store' });
      response.end(body);
    };
    if (path === '/') give('text/html; charset=utf-8', pageHtml);
    else if (path === '/page.js') give('text/javascript; charset=utf-8', script);
    else if (path === '/page.css') give('text/css; charset=utf-8', pageCss);
    else if (path === '/api/config/status') give('application/json', JSON.stringify({ flags: { ENABLE_EXECUTION_STREAMING: this.streaming } }));
    else if (path.endsWith('/stream')) this.#stream(request, response, give);
    else if (path.startsWith('/api/v1/playbook-runs/')) give('application/json', JSON.stringify({ success: true, data: this.view }));
    else give('application/problem+json', JSON.stringify({ code: 'not_found', detail: 'There is nothing.' }), 404);
  }

  #stream(request: IncomingMessage, response: ServerResponse, give: (type: string, body: string, status: number) => void) {
    const refused = this.refusals.shift() ?? (this.streaming ? 0 : 503);
    if (refused) return give('application/json', JSON.stringify({ success: false, error: { code: refused === 404 ? 'NOT_FOUND' : 'INTERNAL_ERROR', message: `refused ${refused}` } }), refused);
    const last = request.headers['last-event-id'] as string | undefined;
    this.lastEventIds.push(last);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: connected\n${last ? '' : `id: ${this.#seq}\n`}data: {"type":"connected","runId":"run-1"}\n\n`);
    if (last) for (const frame of this.#sent.slice(Number.parseInt(last, 10))) response.write(frame);
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }
}

export const viewOf = (state: PlaybookRunView['state'], steps: PlaybookRunView['steps'] = []): PlaybookRunView => ({
  id: 'run-1', state, status: { success: 'SUCCEEDED', failed: 'FAILED', canceled: 'CANCELLED' }[state as string] ?? 'RUNNING', error: null,
  completedAt: null, updatedAt: '2026-11-20T17:29:03.123456Z', steps,
  progress: { total: 2, completed: steps.filter((s) => s.state === 'success').length, failed: 0, running: 1, pending: 0 },
});

export const stepOf = (key: string, state: PlaybookRunView['state'], logs: string[] = []): PlaybookRunView['steps'][number] => ({
  key, state, status: 'RUNNING', attempt: 1, maxAttempts: 1, output: null, error: null, logs, startedAt: state === 'queued' ? null : '2026-11-20T17:29:03Z', completedAt: null,
});

export const logOf = (number: number, message = `line ${number}`, level = 'info'): object => ({
  id: `x-${number}-0`, execution_id: 'x', step_name: 'print', step_type: 'shell', input_data: {}, output_data: { message }, duration_ms: 0,
  timestamp: '2026-11-20T17:29:03.123456Z', level,
});
