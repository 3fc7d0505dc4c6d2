import { createServer, request } from 'node:http';
import type { Server } from 'node:http';

/** Something between the page and the server that passes on all but event streams, whose bodies it keeps back, as some proxies do. */
export class BufferingProxy {
  address = '';
  #server: Server | null = null;

  async start(target: string): Promise<void> {
    const { hostname, port } = new URL(target);
    const server = createServer((asked, answer) => {
      const passed = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        if (!given.headers['content-type']?.startsWith('text/event-stream')) return given.pipe(answer);
        answer.flushHeaders();
        given.resume();
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      asked.pipe(passed);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}
