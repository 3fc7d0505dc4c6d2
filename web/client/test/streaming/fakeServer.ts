import type { ExecutionEvent } from '../../src/fold/index.js';

/** What becomes of one request, or of one stream. */
export type Fault =
  | { kind: 'none' }
  | { kind: 'refused'; status: number; code: string; retryAfter?: number }
  | { kind: 'unreachable' }
  | { kind: 'html' }
  | { kind: 'hangs' }
  // Of a stream that opens: after so many frames …
  | { kind: 'cut' | 'closed' | 'lagging' | 'draining' | 'silent' | 'repeats' | 'skips' | 'torn' | 'mute'; after: number };

/** A server of one execution on virtual time, with faults in the order of its requests; after those nothing goes wrong. */
export class FakeServer {
  readonly log: ExecutionEvent[] = [];
  readonly requests: string[] = [];
  streaming = true;
  ended = false;
  open = 0;
  faults: Fault[] = [];
  latency = 5;
  frameBytes = 1_000_000;
  pageSize = 1000;
  status = 200;
  /** What becomes of every stream, as a proxy may decide while it passes all else on. */
  streamFault: Fault = { kind: 'none' };
  isDown = false;
  readonly #listeners = new Set<() => void>();
  readonly #writers = new Set<(text: string) => void>();

  append(count: number, isEnd = false): void {
    for (let i = 0; i < count; i++) {
      const seq = this.log.length + 1;
      const isLast = isEnd && i === count - 1;
      this.log.push({
        seq, time: '2026-11-20T17:29:03.123456Z', executionId: 'x', type: isLast ? 'execution.completed' : 'stage.output',
        ...(isLast ? { data: { result: 'success', output: null } } : { stage: 'a', attempt: 1, data: { text: `${seq} ä\r`, stream: 'output', offset: seq } }),
      } as ExecutionEvent);
    }
    this.ended ||= isEnd;
    this.wake();
  }

  /** Writes to all streams as it is. */
  say(text: string): void {
    for (const write of this.#writers) write(text);
  }

  wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input), 'http://fake');
    const isStream = new Headers(init?.headers).get('accept') === 'text/event-stream';
    this.requests.push(`${isStream ? 'SSE ' : ''}${url.pathname}${url.search}`);
    const signal = init?.signal;
    const isFlags = url.pathname === '/api/config/status';
    const fault = this.#faultOf(isFlags, isStream);
    this.open++;
    try {
      await this.#delay(this.latency, signal);
      if (fault.kind === 'unreachable') throw new TypeError('fetch failed');
      if (fault.kind === 'hangs') await this.#delay(1e9, signal);
      if (fault.kind === 'html') return new Response('<p>proxy</p>', { headers: { 'content-type': 'text/html' } });
      if (fault.kind === 'refused') return problem(fault.status, fault.code, fault.retryAfter);
      if (isFlags) return Response.json({ flags: { ENABLE_EXECUTION_STREAMING: this.streaming } });
      if (this.status !== 200) return problem(this.status, 'execution_not_found');
      if (!url.pathname.endsWith('/events')) return Response.json({ id: 'x', seq: this.log.length, status: this.ended ? 'completed' : 'running' });
      const after = Number(url.searchParams.get('after'));
      if (after > this.log.length) return problem(400, 'cursor_beyond_end');
      if (!isStream) return this.#page(after, Number(url.searchParams.get('limit')));
      if (!this.streaming) return problem(503, 'streaming_disabled');
    } finally {
      this.open--;
    }
    return this.#stream(Number(url.searchParams.get('after')), fault, signal!);
  };

  #faultOf(isFlags: boolean, isStream: boolean): Fault {
    if (this.isDown) return { kind: 'unreachable' };
    const fault = isFlags ? undefined : this.faults.shift();
    return fault ?? (isStream ? this.streamFault : { kind: 'none' });
  }

  #page(after: number, limit: number): Response {
    const events = this.log.slice(after, after + Math.min(limit, this.pageSize));
    const last = after + events.length;
    return Response.json({ events, last, complete: this.ended && last === this.log.length });
  }

  #stream(after: number, fault: Fault, signal: AbortSignal): Response {
    this.open++;
    let stop = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stop = this.#run(after, fault, controller, signal);
      },
      cancel: () => stop(),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  #run(after: number, fault: Fault, controller: ReadableStreamDefaultController<Uint8Array>, signal: AbortSignal): () => void {
    let cursor = after;
    let frames = 0;
    let isOver = false;
    const bytes = (text: string) => {
      const all = new TextEncoder().encode(text);
      for (let at = 0; at < all.length; at += this.frameBytes) controller.enqueue(all.slice(at, at + this.frameBytes));
    };
    const finish = (how: 'close' | 'error') => {
      if (isOver) return;
      isOver = true;
      this.open--;
      this.#listeners.delete(pump);
      this.#writers.delete(bytes);
      clearInterval(heartbeat);
      signal.removeEventListener('abort', aborted);
      if (how === 'close') controller.close();
      else controller.error(new TypeError('network error'));
    };
    const aborted = () => finish('error');
    const at = 'after' in fault ? fault.after : Infinity;
    const pump = () => {
      if (fault.kind === 'mute') return;
      while (!isOver && cursor < this.log.length) {
        if (frames++ >= at) {
          if (fault.kind === 'silent') return;
          if (fault.kind === 'repeats') bytes(this.log.slice(0, cursor).map(frame).join(''));
          if (fault.kind === 'skips') cursor++;
          if (fault.kind === 'torn') bytes(`id: ${cursor + 1}\ndata: {"seq":${cursor + 1},"ty`);
          if (fault.kind === 'lagging') bytes('event: lagging\ndata: {}\n\n');
          if (fault.kind === 'draining') bytes(`id: ${cursor}\nretry: 700\n\n`);
          if (fault.kind === 'cut' || fault.kind === 'torn') return finish('error');
          if (fault.kind === 'closed' || fault.kind === 'lagging' || fault.kind === 'draining') return finish('close');
          if (cursor >= this.log.length) return;
        }
        bytes(frame(this.log[cursor++]!));
      }
      if (!isOver && this.ended && cursor === this.log.length) {
        bytes(`id: ${cursor}\nevent: end\ndata: {"last":${cursor},"sent":${cursor - after}}\n\n`);
        finish('close');
      }
    };
    const heartbeat = setInterval(() => {
      if (!isOver && fault.kind !== 'silent' && fault.kind !== 'mute') bytes(`id: ${cursor}\n\n`);
    }, 15_000);
    signal.addEventListener('abort', aborted);
    this.#listeners.add(pump);
    this.#writers.add(bytes);
    queueMicrotask(() => (signal.aborted ? aborted() : pump()));
    return () => finish('error');
  }

  #delay(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      const stop = () => {
        clearTimeout(timer);
        reject(new DOMException('aborted', 'AbortError'));
      };
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}

const frame = (event: ExecutionEvent) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;

const problem = (status: number, code: string, retryAfter?: number) =>
  Response.json({ code, detail: code, error: code }, {
    status,
    headers: { 'content-type': 'application/problem+json', ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) },
  });
