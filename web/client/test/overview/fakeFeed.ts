/** A server of the overview on virtual time: its list, and streams that a test writes to. */
export class FakeFeed {
  readonly requests: string[] = [];
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  streaming = true;
  isMute = false;
  number = 0;
  status = 200;
  /** How many streams are refused first. */
  refusedFeeds = 0;
  executions: { id: string; status: string }[] = [];
  listed: () => Promise<void> = () => Promise.resolve();

  get open(): number {
    return this.#streams.size;
  }

  /** Writes to all streams as it is. */
  write(text: string): void {
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(text));
  }

  change(id: string, status: string): void {
    this.write(`id: e-${++this.number}\ndata: ${JSON.stringify({ id, status })}\n\n`);
  }

  delete(id: string): void {
    this.write(`id: e-${++this.number}\nevent: deleted\ndata: ${JSON.stringify({ id, pipelineId: 'p' })}\n\n`);
  }

  /** Cuts all streams. */
  cut(): void {
    for (const stream of this.#streams) stream.error(new TypeError('network error'));
    this.#streams.clear();
  }

  /** Ends all streams, as a server does. */
  close(last = ''): void {
    this.write(last);
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input), 'http://fake');
    if (pathname === '/api/config/status') return Response.json({ flags: { ENABLE_EXECUTION_STREAMING: this.streaming } });
    const after = new Headers(init?.headers).get('last-event-id');
    this.requests.push(pathname + (after === null ? '' : ` after ${after}`));
    const status = pathname === '/api/feed' && this.refusedFeeds-- > 0 ? 403 : this.status;
    if (status !== 200) return Response.json({ code: 'refused', detail: 'Refused.' }, { status });
    if (pathname === '/api/executions') {
      const executions = [...this.executions];
      await this.listed();
      init?.signal?.throwIfAborted();
      return Response.json({ executions });
    }
    if (!this.streaming) return Response.json({ code: 'streaming_disabled', detail: 'off' }, { status: 503 });
    const signal = init!.signal!;
    let mine: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        this.#streams.add(controller);
        if (!this.isMute) controller.enqueue(new TextEncoder().encode(`id: e-${this.number}\n\n`));
        signal.addEventListener('abort', () => {
          if (this.#streams.delete(controller)) controller.error(signal.reason);
        });
      },
      cancel: () => void this.#streams.delete(mine),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}
