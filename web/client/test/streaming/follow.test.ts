import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ApiError } from '../../src/api/problem.js';
import { followExecution } from '../../src/streaming/index.js';
import type { FollowOptions, Following } from '../../src/streaming/index.js';
import { FakeServer } from './fakeServer.js';
import type { Fault } from './fakeServer.js';

let servers = 0;
let start = 0;

beforeEach(() => {
  vi.useFakeTimers();
  start = Date.now();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watch(server: FakeServer, options: Partial<FollowOptions> = {}) {
  const told: number[] = [];
  const modes: string[] = [];
  const following: Following = followExecution('x', {
    url: `http://followed-${servers++}`, fetch: server.fetch, after: 0,
    onMode: (mode, { retryIn }) => modes.push(mode + (retryIn === undefined ? '' : ` ${retryIn}`)),
    ...options,
    onEvent: (event) => {
      told.push(event.seq);
      options.onEvent?.(event);
    },
  });
  return { following, told, modes };
}

function serverWith(count: number, ...faults: Fault[]) {
  const server = new FakeServer();
  server.latency = 0;
  server.faults = faults;
  server.append(count);
  return server;
}

const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const streams = (server: FakeServer) => server.requests.filter((r) => r.startsWith('SSE')).length;
const pages = (server: FakeServer) => server.requests.filter((r) => r.includes('limit=')).length;

test('Follow never opens a stream while streaming is turned off, and opens one when it is turned on', async () => {
  const server = serverWith(1);
  server.streaming = false;
  const { told, modes } = watch(server);
  await advance(10_000);
  server.append(1);
  await advance(30_000);
  expect(streams(server)).toBe(0);
  expect(modes).toEqual(['connecting', 'polling']);
  expect(told).toEqual([1, 2]);
  expect(pages(server)).toBeGreaterThanOrEqual(19);
  server.streaming = true;
  await advance(48_000 + 15_000);
  expect(streams(server)).toBe(1);
  expect(modes.at(-1)).toBe('live');
});

test('Follow polls at once when the stream is refused because streaming was turned off meanwhile', async () => {
  const server = serverWith(3, { kind: 'refused', status: 503, code: 'streaming_disabled' });
  const { told, modes } = watch(server);
  await advance(100);
  expect(modes).toEqual(['connecting', 'polling']);
  expect(told).toEqual([1, 2, 3]);
});

test('Follow does not connect again when the execution has ended', async () => {
  const server = serverWith(2);
  const { following, modes } = watch(server);
  await advance(100);
  server.append(1, true);
  await advance(200_000);
  expect(modes).toEqual(['connecting', 'live', 'ended']);
  expect(streams(server)).toBe(1);
  expect(await following.done).toEqual({ reason: 'ended', last: 3 });
  expect(vi.getTimerCount()).toBe(0);
});

test('Follow gives the state first and the events after it', async () => {
  const server = serverWith(5);
  const states: number[] = [];
  const { told } = watch(server, { after: undefined, onState: (state) => states.push(state.seq) });
  await advance(100);
  server.append(2);
  await advance(100);
  expect(states).toEqual([5]);
  expect(told).toEqual([6, 7]);
  expect(server.requests.at(-1)).toContain('after=5');
});

test('Follow opens no stream when the state says that the execution has ended', async () => {
  const server = serverWith(4);
  server.append(1, true);
  const { following, modes } = watch(server, { after: undefined, onState: () => {} });
  await advance(100);
  expect(modes).toEqual(['connecting', 'ended']);
  expect(streams(server)).toBe(0);
  server.ended = false;
  server.append(1);
  following.reconnect();
  await advance(100);
  expect(modes.slice(2)).toEqual(['connecting', 'live']);
});

test('Follow comes back at once when it was too slow, and when the server says when it drains', async () => {
  const server = serverWith(3, { kind: 'lagging', after: 1 }, { kind: 'draining', after: 1 });
  const { told, modes } = watch(server);
  await advance(100);
  expect(told).toEqual([1, 2]);
  expect(streams(server)).toBe(2);
  expect(modes.at(-1)).toBe('retrying 700');
  expect(pages(server), 'who stops is left alone').toBe(0);
  await advance(700);
  expect(told).toEqual([1, 2, 3]);
  expect(Date.now() - start).toBeLessThan(1000);
});

test('Follow waits longer and longer when it is sent away again and again without a word', async () => {
  const server = serverWith(3);
  server.streamFault = { kind: 'lagging', after: 0 };
  const { told } = watch(server);
  await advance(100);
  expect(streams(server)).toBe(2);
  expect(told, 'it polls meanwhile').toEqual([1, 2, 3]);
  await advance(5800);
  expect(streams(server)).toBe(2);
  server.append(1);
  await advance(200);
  expect(streams(server)).toBe(3);
  server.append(1);
  await advance(11_700);
  expect(streams(server)).toBe(3);
  await advance(300);
  expect(streams(server)).toBe(4);
});

test('Follow shows polling and misses nothing when a proxy keeps the stream back', async () => {
  const server = serverWith(3, { kind: 'mute', after: 0 });
  const { told, modes } = watch(server);
  await advance(4900);
  expect(modes).toEqual(['connecting', 'live']);
  expect(told).toEqual([]);
  await advance(200);
  expect(modes).toEqual(['connecting', 'live', 'polling']);
  expect(told).toEqual([1, 2, 3]);
});

test('Follow stays live when a quiet stream has nothing to say', async () => {
  const server = serverWith(2);
  const { modes } = watch(server, { after: 2 });
  await advance(120_000);
  expect(modes).toEqual(['connecting', 'live']);
  expect(pages(server), 'it asked until the first heartbeat').toBe(5);
});

test('Follow takes a stream for lost when not even heartbeats come', async () => {
  const server = serverWith(3, { kind: 'silent', after: 2 });
  const { told, modes } = watch(server);
  await advance(44_000);
  expect(modes.at(-1)).toBe('live');
  await advance(5000);
  expect(told).toEqual([1, 2, 3]);
});

test('Follow starts over with a new state when the log is not the one it knew', async () => {
  const server = serverWith(5);
  const states: number[] = [];
  const resets: number[] = [];
  const { following, told } = watch(server, { after: undefined, onState: (s) => states.push(s.seq), onReset: () => resets.push(following.seq) });
  await advance(100);
  server.log.length = 2;
  following.reconnect();
  await advance(2100);
  expect(resets).toEqual([0]);
  expect(states).toEqual([5, 2]);
  server.append(1);
  await advance(2000);
  expect(told).toEqual([3]);
});

test('Follow starts over from the first event when it began with a cursor', async () => {
  const server = serverWith(2);
  let resets = 0;
  const { told } = watch(server, { after: 9, onReset: () => resets++ });
  await advance(2100);
  expect(resets).toBe(1);
  expect(told).toEqual([1, 2]);
});

test('Follow fails with the code of the server when it is refused for good', async () => {
  const server = serverWith(1);
  server.status = 404;
  const { following, modes } = watch(server);
  await advance(100_000);
  expect(modes).toEqual(['connecting', 'failed']);
  expect(server.requests, 'flags, a stream and a page').toHaveLength(3);
  const end = await following.done;
  expect(end.reason === 'failed' && (end.error as ApiError)).toMatchObject({ status: 404, code: 'execution_not_found', name: 'ApiError' });
});

test.each(['close', 'pause', 'abort'] as const)('Follow tells nothing more when a listener calls %s', async (how) => {
  const server = serverWith(5);
  const signal = new AbortController();
  const { following, told } = watch(server, {
    signal: signal.signal,
    onEvent: (event) => {
      if (event.seq === 2 && how === 'abort') signal.abort();
      else if (event.seq === 2 && how !== 'abort') following[how]();
    },
  });
  await advance(100);
  expect(told).toEqual([1, 2]);
  expect(server.open).toBe(0);
  if (how === 'pause') {
    following.resume();
    await advance(100);
    expect(told).toEqual([1, 2, 3, 4, 5]);
  } else {
    following.reconnect();
    await advance(100_000);
    expect(told).toEqual([1, 2]);
    expect(await following.done).toEqual({ reason: 'closed' });
  }
});

test('Follow does nothing when its signal was aborted before', async () => {
  const server = serverWith(1);
  watch(server, { signal: AbortSignal.abort() });
  await advance(10_000);
  expect(server.requests).toEqual([]);
});

test('Follow goes on with the next event when a listener throws', async () => {
  const thrown: unknown[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (error) {
      thrown.push(error);
    }
  });
  const server = serverWith(0);
  const { told } = watch(server, { onEvent: (event) => { if (event.seq === 2) throw new Error('mine'); } });
  await advance(50);
  server.append(3);
  await advance(50);
  expect(told).toEqual([1, 2, 3]);
  expect(thrown).toEqual([new Error('mine')]);
});

test('Follow connects at once when the network is back', async () => {
  const network = new EventTarget();
  vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
  vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
  const server = serverWith(1, ...Array<Fault>(4).fill({ kind: 'unreachable' }));
  const { told, following } = watch(server);
  await advance(30_000);
  server.faults = [];
  network.dispatchEvent(new Event('online'));
  await advance(10);
  expect(told).toEqual([1]);
  following.close();
  const before = server.requests.length;
  network.dispatchEvent(new Event('online'));
  await advance(10);
  expect(server.requests.length).toBe(before);
});

test('Follow asks for what it is narrowed to', async () => {
  const server = serverWith(1);
  watch(server, { stages: ['a', 'b'], types: ['stage.*'] });
  await advance(10);
  expect(server.requests.at(-1)).toBe('SSE /api/executions/x/events?after=0&stages=a&stages=b&types=stage.*');
});

test('Follow tells how many watch, and keeps its place', async () => {
  const server = serverWith(2);
  const watching: number[] = [];
  const { following, told, modes } = watch(server, { viewer: 'tab-1', onWatching: (count) => watching.push(count) });
  await advance(10);
  server.say('id: 2\nevent: watching\ndata: {"watching":3}\n\n');
  server.append(1);
  server.say('id: 3\nevent: watching\ndata: {"watching":1}\n\n');
  await advance(10);
  expect(watching).toEqual([3, 1]);
  expect(told).toEqual([1, 2, 3]);
  expect([following.seq, modes]).toEqual([3, ['connecting', 'live']]);
  expect(server.requests.at(-1)).toBe('SSE /api/executions/x/events?after=0&viewer=tab-1');
});

test('Follow tells why an execution stands still, and that it goes on', async () => {
  const parked: unknown[] = [];
  let send: (text: string) => void = () => {};
  const body = new ReadableStream<Uint8Array>({ start: (c) => void (send = (text) => c.enqueue(new TextEncoder().encode(text))) });
  const fetcher = (async (input: string) => (input.endsWith('/status')
    ? Response.json({})
    : new Response(body, { headers: { 'content-type': 'text/event-stream' } }))) as typeof fetch;
  const { following, told } = watch(serverWith(0), { fetch: fetcher, types: ['stage.*'], onParked: (reason) => parked.push(reason) });
  await advance(10);
  send('id: 4\nevent: parked\ndata: {"code":"defect","message":"a bug"}\n\n');
  await advance(10);
  send('id: 9\n\n');
  await advance(10);
  expect(following.seq, 'a heartbeat moves the cursor past what was left out').toBe(9);
  send('id: 12\ndata: {"seq":12,"type":"stage.queued","stage":"a","data":{}}\n\n');
  await advance(10);
  expect(parked).toEqual([{ code: 'defect', message: 'a bug' }, null]);
  expect(told).toEqual([12]);
  following.close();
});

test('Follow goes on after what was read otherwise, while it runs and when it was paused', async () => {
  const server = serverWith(2);
  const { following, told } = watch(server);
  await advance(100);
  following.skipTo(4);
  server.append(3);
  await advance(100);
  expect([told, following.seq]).toEqual([[1, 2, 5], 5]);
  following.pause();
  server.append(3);
  following.skipTo(7);
  following.skipTo(3);
  following.resume();
  await advance(100);
  expect([told, following.seq]).toEqual([[1, 2, 5, 8], 8]);
  expect(server.requests.findLast((request) => request.startsWith('SSE'))).toContain('after=7');
});
