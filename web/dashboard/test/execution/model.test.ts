import { foldExecution } from '@sightglass/client';
import type { ExecutionEvent, ExecutionState } from '@sightglass/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExecutionModel } from '../../src/features/execution/model.js';
import type { Connection } from '../../src/features/execution/model.js';
import { execution, output, stage, started } from './some.js';

/** A server of one execution, whose stream sends what the test says. */
class Server {
  /** How it stood before the log. */
  state = execution([stage('a'), stage('b')]);
  log: ExecutionEvent[] = [];
  isComplete = false;
  isDeleted = false;
  readonly asked: string[] = [];

  /** What every answer with the state is made by. */
  answer: (state: ExecutionState) => Response | Promise<Response> = (state) => Response.json(state);
  #stream: ReadableStreamDefaultController<Uint8Array> | null = null;

  readonly fetch: typeof fetch = async (input, init) => {
    this.asked.push(String(input));
    const url = new URL(String(input), 'http://test');
    if (url.pathname === '/api/config/status') return Response.json({ flags: { ENABLE_EXECUTION_STREAMING: true } });
    if (this.isDeleted) return Response.json({ code: 'execution_deleted', detail: 'gone' }, { status: 410 });
    if (!url.pathname.endsWith('/events')) return this.answer(foldExecution(this.log, this.state));
    const after = Number(url.searchParams.get('after'));
    const events = this.log.filter((event) => event.seq > after).slice(0, Number(url.searchParams.get('limit')) || 1000);
    if (url.searchParams.has('types')) return Response.json({ events: [], last: this.log.at(-1)?.seq ?? after, complete: this.isComplete });
    if (new Headers(init?.headers).get('accept') !== 'text/event-stream') {
      return Response.json({ events, last: events.at(-1)?.seq ?? after, complete: this.isComplete });
    }
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
        init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    this.send(...events);
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

  send(...events: ExecutionEvent[]): void {
    const text = events.map((event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    if (text) this.say(text);
  }

  say(text: string): void {
    this.#stream?.enqueue(new TextEncoder().encode(text));
  }

  end(last: number): void {
    this.#stream?.enqueue(new TextEncoder().encode(`event: end\ndata: {"last":${last},"sent":1}\n\n`));
  }
}

describe('ExecutionModel', () => {
  let server: Server;
  let states: ExecutionState[];
  let connections: Connection[];
  let watching: number[];
  let model: ExecutionModel;
  let heads: number[];

  beforeEach(async () => {
    vi.useFakeTimers();
    server = new Server();
    states = [];
    connections = [];
    heads = [];
    watching = [];
    model = new ExecutionModel('x', { fetch: server.fetch }, {
      onState: (state) => states.push(state), onConnection: (connection) => connections.push(connection), onHead: (seq) => heads.push(seq), onWatching: (count) => watching.push(count),
    });
    await vi.advanceTimersByTimeAsync(10);
  });
  afterEach(() => {
    model.close();
    vi.useRealTimers();
  });

  test('shows the state first, and an event after a quiet time at once', async () => {
    expect(states).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    server.send(started(2, 'a'));
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toMatchObject({ seq: 2, stages: [{ key: 'a', status: 'running' }, { key: 'b', status: 'pending' }] });
    expect(connections.at(-1)!.mode).toBe('live');
  });

  test('tells how many watch, and what it calls itself', async () => {
    server.say('id: 1\nevent: watching\ndata: {"watching":3}\n\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(watching).toEqual([3]);
    expect(server.asked.find((address) => address.includes('/events?'))).toMatch(/[?&]viewer=[a-z0-9]{5,}/);
  });

  test('shows a thousand chunks a second some ten times, none missing, and stages that rest as they were', async () => {
    const seen: number[] = [];
    model.onEvents((events) => seen.push(...events.map((event) => event.seq)));
    const stages = states.at(-1)!.stages;
    for (let seq = 2; seq <= 1001; seq++) {
      server.send(output(seq, 'x'));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(states.length).toBeLessThan(16);
    expect(states.at(-1)!.seq).toBe(1001);
    expect(states.at(-1)!.stages.every((one, i) => one === stages[i])).toBe(true);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i + 2));
  });

  test('keeps no more than a page of events waiting', async () => {
    const sizes: number[] = [];
    model.onEvents((events) => sizes.push(events.length));
    server.send(...Array.from({ length: 5000 }, (_, i) => output(i + 2, 'x')));
    await vi.advanceTimersByTimeAsync(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
  });

  test('tells who listens only what comes after the last snapshot', async () => {
    server.send(started(2, 'a'));
    await vi.advanceTimersByTimeAsync(200);
    const seen: number[] = [];
    const stop = model.onEvents((events) => seen.push(...events.map((event) => event.seq)));
    server.send(started(3, 'b'));
    await vi.advanceTimersByTimeAsync(200);
    stop();
    server.send(output(4, 'x'));
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual([3]);
  });

  test('tells the others where one that listens breaks', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const seen: number[] = [];
    model.onEvents(() => {
      throw new Error('broken');
    });
    model.onEvents((events) => seen.push(...events.map((event) => event.seq)));
    server.send(started(2, 'a'));
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual([2]);
    expect(reported).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });

  test('asks while it is paused how far the log is, and no longer', async () => {
    model.pause();
    server.log = [started(2, 'a'), output(3, 'x'), output(4, 'y')];
    await vi.advanceTimersByTimeAsync(2000);
    expect([model.seq, ...heads]).toEqual([1, 4]);
    model.resume();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([model.seq, ...heads]).toEqual([4, 4]);
  });

  test('misses and repeats nothing when it is paused, refreshed and resumed', async () => {
    const seen: number[] = [];
    model.onEvents((events) => seen.push(...events.map((event) => event.seq)));
    model.pause();
    await vi.advanceTimersByTimeAsync(0);
    expect(connections.at(-1)!.mode).toBe('paused');
    server.log = [started(2, 'a'), output(3, 'x'), output(4, 'y')];
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual([]);
    await model.refresh();
    expect(seen).toEqual([2, 3, 4]);
    expect(states.at(-1)!.seq).toBe(4);
    expect(connections.at(-1)!.mode).toBe('paused');
    server.log.push(output(5, 'z'));
    model.resume();
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual([2, 3, 4, 5]);
    expect(server.asked.findLast((address) => address.includes('viewer='))).toContain('after=4');
  });

  test('stops at the end, and follows on where a refresh finds that it was opened again', async () => {
    const said = (seq: number, type: string, data: object) => ({ seq, time: '2026-11-20T17:29:03Z', executionId: 'x', type, data }) as ExecutionEvent;
    server.log = [said(2, 'execution.completed', { result: 'success' })];
    server.send(...server.log);
    server.end(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(connections.at(-1)!.mode).toBe('ended');
    await model.refresh();
    expect(connections.at(-1)!.mode).toBe('ended');
    server.log.push(said(3, 'execution.reopened', { turn: 2, stages: ['a'] }));
    await model.refresh();
    await vi.advanceTimersByTimeAsync(10);
    expect(states.at(-1)).toMatchObject({ seq: 3, turn: 2, status: 'queued' });
    expect(connections.at(-1)!.mode).toBe('live');
  });

  test('shows nothing after it was closed', async () => {
    server.send(started(2, 'a'));
    model.close();
    const { length } = states;
    await vi.advanceTimersByTimeAsync(1000);
    expect(states).toHaveLength(length);
  });
});

describe('ExecutionModel that is refreshed', () => {
  let server: Server;
  let states: ExecutionState[];
  let begun: number[];
  let seen: number[];
  let model: ExecutionModel;
  const pages = () => server.asked.filter((address) => address.includes('limit=1000')).length;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new Server();
    [states, begun, seen] = [[], [], []];
  });
  afterEach(() => {
    model.close();
    vi.useRealTimers();
  });

  async function open() {
    model = new ExecutionModel('x', { fetch: server.fetch }, {
      onState: (state, isAnew) => {
        states.push(state);
        if (isAnew) begun.push(state.seq);
      },
      onConnection: () => undefined,
    });
    model.onEvents((events) => seen.push(...events.map((event) => event.seq)));
    await vi.advanceTimersByTimeAsync(1000);
  }

  test('shows what the server has in the place of a state that was wrong, and goes on from there', async () => {
    server.answer = (state) => Response.json({ ...state, stages: [stage('a', { status: 'failed', name: 'spoilt' }), stage('b')] });
    await open();
    expect(states.at(-1)!.stages[0]).toMatchObject({ name: 'spoilt', status: 'failed' });
    server.answer = (state) => Response.json(state);
    await model.refresh();
    expect(states.at(-1)).toEqual(server.state);
    server.send(started(2, 'a'));
    await vi.advanceTimersByTimeAsync(200);
    expect(states.at(-1)!.stages[0]).toMatchObject({ name: 'a', status: 'running' });
    expect([seen, begun, pages()]).toEqual([[2], [1], 0]);
  });

  test('keeps what comes while the state is on its way', async () => {
    await open();
    let give = () => {};
    server.log = [started(2, 'a')];
    server.answer = (state) => new Promise((resolve) => (give = () => resolve(Response.json(state))));
    const done = model.refresh();
    server.send(...server.log, started(3, 'b'));
    await vi.advanceTimersByTimeAsync(200);
    give();
    await done;
    expect(states.at(-1)).toMatchObject({ seq: 3, stages: [{ status: 'running' }, { status: 'running' }] });
    expect([seen, begun, pages()]).toEqual([[2, 3], [1], 0]);
  });

  test('tells each event once where the state is ahead of the stream', async () => {
    await open();
    server.log = [started(2, 'a'), started(3, 'b')];
    await model.refresh();
    expect(states.at(-1)!.seq).toBe(3);
    server.send(...server.log, output(4, 'x'));
    await vi.advanceTimersByTimeAsync(200);
    expect(states.at(-1)!.seq).toBe(4);
    expect([seen, begun]).toEqual([[2, 3, 4], [1]]);
  });

  test('begins anew where the page is too far behind to be told each event', async () => {
    await open();
    model.pause();
    server.log = [started(2, 'a'), ...Array.from({ length: 10_000 }, (_, i) => output(i + 3, 'x'))];
    await model.refresh();
    expect(states.at(-1)).toMatchObject({ seq: 10_002, stages: [{ status: 'running' }, { status: 'pending' }] });
    expect([seen, begun, pages()]).toEqual([[], [1, 10_002], 0]);
    server.log.push(started(10_003, 'b'));
    model.resume();
    await vi.advanceTimersByTimeAsync(200);
    expect([states.at(-1)!.seq, seen]).toEqual([10_003, [10_003]]);
  });

  test('leaves what is shown where the server does not answer, and follows on', async () => {
    await open();
    server.answer = () => Response.json({ code: 'internal_error', detail: 'no' }, { status: 500 });
    await expect(model.refresh()).rejects.toMatchObject({ code: 'internal_error' });
    server.send(started(2, 'a'));
    await vi.advanceTimersByTimeAsync(200);
    expect([states.at(-1)!.seq, seen]).toEqual([2, [2]]);
  });

  test('tells by its connection that the execution is gone, where that has ended too', async () => {
    const modes: Connection[] = [];
    server.state = execution([stage('a')], { status: 'completed' });
    model = new ExecutionModel('x', { fetch: server.fetch }, { onState: () => undefined, onConnection: (connection) => modes.push(connection) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(modes.at(-1)!.mode).toBe('ended');
    server.isDeleted = true;
    await expect(model.refresh()).rejects.toMatchObject({ status: 410 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(modes.at(-1)).toMatchObject({ mode: 'failed', error: { code: 'execution_deleted' } });
  });

  test('shows nothing where it is closed while the state is on its way', async () => {
    await open();
    let give = () => {};
    server.answer = (state) => new Promise((resolve) => (give = () => resolve(Response.json(state))));
    const done = model.refresh();
    await vi.advanceTimersByTimeAsync(0);
    model.close();
    const { length } = states;
    give();
    await done;
    expect(states).toHaveLength(length);
  });
});

describe('ExecutionModel of an execution that cannot be read', () => {
  test.each([[404, 'execution_not_found'], [403, 'forbidden'], [410, 'execution_deleted']])('says %s', async (status, code) => {
    vi.useFakeTimers();
    const connections: Connection[] = [];
    const fetch = (async (input) => (String(input).includes('config') ? Response.json({}) : Response.json({ code, detail: 'no' }, { status }))) as typeof globalThis.fetch;
    const model = new ExecutionModel('x', { fetch }, { onState: () => undefined, onConnection: (connection) => connections.push(connection) });
    await vi.advanceTimersByTimeAsync(10);
    expect(connections.at(-1)).toMatchObject({ mode: 'failed', error: { status, code } });
    model.close();
    vi.useRealTimers();
  });
});
