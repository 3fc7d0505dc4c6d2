import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** What becomes of event streams: `kept` sends their head and keeps their bodies back, as some proxies do. */
export type StreamTreatment = 'passed' | 'kept' | 'refused' | 'reset';

/** Something between the page and the server that passes on all but event streams. */
export class StreamProxy {
  address = '';
  #server: Server | null = null;

  constructor(public streams: StreamTreatment) {}

  async start(target: string): Promise<void> {
    const { hostname, port } = new URL(target);
    const server = createServer((asked, answer) => {
      const treatment = asked.headers.accept === 'text/event-stream' ? this.streams : 'passed';
      if (treatment === 'reset') return answer.destroy();
      if (treatment === 'refused') return refuse(answer);
      const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (given) => pass(given, answer, treatment));
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      asked.pipe(passed);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  /** Ends all connections that there are, as a network does that a laptop comes back to. */
  cut(): void {
    this.#server?.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}

function refuse(answer: ServerResponse): void {
  answer.writeHead(403, { 'content-type': 'application/json' });
  answer.end('{"code":"blocked","detail":"The policy of this network does not allow it."}');
}

function pass(given: IncomingMessage, answer: ServerResponse, treatment: StreamTreatment): void {
  answer.writeHead(given.statusCode ?? 502, given.headers);
  answer.flushHeaders();
  if (treatment === 'kept') given.resume();
  else given.pipe(answer);
}
