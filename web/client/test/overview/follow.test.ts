import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followOverview } from '../../src/feed.js';
import type { OverviewOptions } from '../../src/feed.js';
import { FakeFeed } from './fakeFeed.js';

let servers = 0;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watch(server: FakeFeed, options: Partial<OverviewOptions> = {}) {
  const told: string[] = [];
  const modes: string[] = [];
  const following = followOverview({
    url: `http://overview-${servers++}`, fetch: server.fetch,
    onState: ({ executions }) => told.push(`[${executions.map((e) => `${e.id} ${e.status}`).join(', ')}]`),
    onChange: ({ id, status }) => told.push(`${id} ${status}`),
    onDelete: ({ id }) => told.push(`${id} deleted`),
    onMode: (mode, { retryIn }) => modes.push(mode + (retryIn === undefined ? '' : ` ${retryIn}`)),
    ...options,
  });
  return { following, told, modes };
}

function serverWith(...executions: { id: string; status: string }[]) {
  const server = new FakeFeed();
  server.executions = executions;
  return server;
}

const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const count = (server: FakeFeed, path: string) => server.requests.filter((r) => r.startsWith(path)).length;
const lists = (server: FakeFeed) => count(server, '/api/executions');
const feeds = (server: FakeFeed) => count(server, '/api/feed');

test('Overview tells those under way and then each change and deletion, and asks for nothing more', async () => {
  const server = serverWith({ id: 'a', status: 'running' });
  const { told, modes, following } = watch(server);
  await advance(10);
  server.change('a', 'completed');
  server.change('b', 'queued');
  server.delete('a');
  await advance(10);
  for (let i = 0; i < 20; i++) {
    server.write(`id: e-${server.number}\n\n`);
    await advance(15_000);
  }
  expect(told).toEqual(['[a running]', 'a completed', 'b queued', 'a deleted']);
  expect(modes).toEqual(['connecting', 'live']);
  expect(server.requests).toEqual(['/api/feed', '/api/executions']);
  expect(following.mode).toBe('live');
});

test('Overview tells after the list what changes while that is read', async () => {
  const server = serverWith({ id: 'a', status: 'running' });
  let go = () => {};
  server.listed = () => new Promise((resolve) => (go = resolve));
  const { told, modes } = watch(server);
  await advance(10);
  server.change('a', 'completed');
  await advance(10);
  expect(told).toEqual([]);
  go();
  await advance(10);
  expect(told).toEqual(['[a running]', 'a completed']);
  expect(modes).toEqual(['connecting', 'live']);
});

test('Overview reads the list again when the server says that something may be missing', async () => {
  const server = serverWith();
  const { told } = watch(server);
  await advance(10);
  server.executions = [{ id: 'b', status: 'running' }];
  server.write('id: e-7\nevent: reset\ndata: {}\n\n');
  server.number = 7;
  server.change('b', 'paused');
  await advance(10);
  expect(told).toEqual(['[]', '[b running]', 'b paused']);
});

test('Overview polls from the moment at which the stream is lost, and reads the list again with the next one', async () => {
  const server = serverWith();
  const { told, modes } = watch(server);
  await advance(10);
  server.change('a', 'running');
  await advance(10);
  server.executions = [{ id: 'a', status: 'completed' }];
  server.cut();
  await advance(10);
  expect(told).toEqual(['[]', 'a running', '[a completed]']);
  await advance(3100);
  server.change('b', 'running');
  await advance(10);
  expect(server.requests.filter((r) => r.startsWith('/api/feed'))).toEqual(['/api/feed', '/api/feed']);
  expect(told.slice(-2)).toEqual(['[a completed]', 'b running']);
  expect(modes).toEqual(['connecting', 'live', 'connecting', 'polling', 'live']);
});

test('Overview comes back with its cursor and without the list when the server says when to', async () => {
  const server = serverWith();
  const { told, modes } = watch(server);
  await advance(10);
  server.change('a', 'running');
  await advance(10);
  server.close('id: e-1\nretry: 700\n\n');
  await advance(750);
  server.change('a', 'completed');
  await advance(10);
  expect(server.requests).toEqual(['/api/feed', '/api/executions', '/api/feed after e-1']);
  expect(told).toEqual(['[]', 'a running', 'a completed']);
  expect(modes).toEqual(['connecting', 'live', 'retrying 700', 'connecting', 'live']);
});

test('Overview comes back when the server asked for it, and at once when it was too slow', async () => {
  const server = serverWith();
  watch(server);
  await advance(10);
  server.close('id: e-0\nretry: 700\n\n');
  await advance(690);
  expect(feeds(server)).toBe(1);
  await advance(50);
  expect(feeds(server)).toBe(2);
  server.close('event: lagging\ndata: {}\n\n');
  await advance(50);
  expect(feeds(server)).toBe(3);
});

test('Overview polls when the list could not be read with the stream', async () => {
  const server = serverWith({ id: 'a', status: 'running' });
  let fails = 1;
  server.listed = () => (fails-- > 0 ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve());
  const { told, modes } = watch(server);
  await advance(100);
  expect(told).toEqual(['[a running]']);
  expect(modes.at(-1)).toBe('polling');
  await advance(3000);
  expect(modes.at(-1)).toBe('live');
});

test('Overview polls every 2 seconds while streams are refused, and is live when one opens', async () => {
  const server = serverWith({ id: 'a', status: 'running' });
  server.refusedFeeds = 4;
  const { told, modes } = watch(server);
  await advance(100);
  expect(told).toEqual(['[a running]']);
  expect(modes).toEqual(['connecting', 'polling']);
  const before = lists(server);
  await advance(44_000);
  expect(lists(server) - before).toBe(22);
  expect(feeds(server)).toBe(4);
  expect(modes).toEqual(['connecting', 'polling']);

  await advance(1000);
  expect(feeds(server)).toBe(5);
  expect(modes.at(-1)).toBe('live');
  const polled = lists(server);
  server.change('a', 'completed');
  await advance(30_000);
  expect(lists(server), 'it no longer polls').toBe(polled);
  expect(told.at(-1)).toBe('a completed');
});

test('Overview asks for the list as seldom as for a stream when the server does not answer', async () => {
  const server = serverWith();
  server.status = 502;
  const { modes } = watch(server);
  await advance(94_000);
  expect([feeds(server), lists(server)]).toEqual([6, 6]);
  expect(modes.filter((m) => m.startsWith('retrying'))).toEqual(['retrying 3000', 'retrying 6000', 'retrying 12000', 'retrying 24000', 'retrying 48000', 'retrying 48000']);
});

test('Overview never opens a stream while streaming is turned off, and opens one when it is turned on', async () => {
  const server = serverWith({ id: 'a', status: 'running' });
  server.streaming = false;
  const { told, modes } = watch(server);
  await advance(10_000);
  expect(feeds(server)).toBe(0);
  expect(modes).toEqual(['connecting', 'polling']);
  expect(told.length).toBeGreaterThanOrEqual(5);
  server.streaming = true;
  await advance(48_000);
  expect(feeds(server)).toBe(1);
  expect(modes.at(-1)).toBe('live');
});

test('Overview polls beside a stream that says nothing until it does', async () => {
  const server = serverWith();
  server.isMute = true;
  const { told, modes } = watch(server);
  await advance(4000);
  expect(told).toEqual([]);
  await advance(5100);
  expect(modes.at(-1)).toBe('polling');
  expect(told.length).toBe(3);
  server.change('a', 'running');
  await advance(10);
  expect(modes.at(-1)).toBe('live');
  expect(told.slice(-2)).toEqual(['[]', 'a running']);
  await advance(20_000);
  expect(told.at(-1), 'it no longer polls').toBe('a running');
});

test('Overview comes back when nothing has come for 45 seconds', async () => {
  const server = serverWith();
  watch(server);
  await advance(44_000);
  expect(feeds(server)).toBe(1);
  await advance(5000);
  expect(feeds(server)).toBe(2);
});

test('Overview gives up when the server refuses', async () => {
  const server = serverWith();
  server.status = 401;
  const { modes } = watch(server);
  await advance(100_000);
  expect(modes).toEqual(['connecting', 'failed']);
  expect(server.requests).toEqual(['/api/feed', '/api/executions']);
});

test('Overview stands still while it is paused and goes on with its cursor', async () => {
  const server = serverWith();
  const { following, told, modes } = watch(server);
  await advance(10);
  server.change('a', 'running');
  await advance(10);
  following.pause();
  await advance(100_000);
  expect(server.open).toBe(0);
  following.resume();
  await advance(10);
  server.change('a', 'completed');
  await advance(10);
  expect(told).toEqual(['[]', 'a running', 'a completed']);
  expect(server.requests.at(-1)).toBe('/api/feed after e-1');
  expect(modes).toEqual(['connecting', 'live', 'paused', 'connecting', 'live']);
});

test('Overview leaves nothing open when it is closed in any mode', async () => {
  for (const [time, streaming] of [[0, true], [10, true], [10, false], [3000, false]] as const) {
    const server = serverWith();
    server.streaming = streaming;
    const stop = new AbortController();
    const { told } = watch(server, { signal: stop.signal });
    await advance(time);
    stop.abort();
    const [asked, heard] = [server.requests.length, told.length];
    await advance(200_000);
    expect([server.open, server.requests.length, told.length]).toEqual([0, asked, heard]);
    expect(vi.getTimerCount()).toBe(0);
  }
});

test('Overview tells the next change when a listener throws', async () => {
  const thrown: unknown[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (error) {
      thrown.push(error);
    }
  });
  const server = serverWith();
  const seen: string[] = [];
  watch(server, {
    onChange: ({ id }) => {
      seen.push(id);
      throw new Error('mine');
    },
  });
  await advance(10);
  server.change('a', 'running');
  server.change('b', 'running');
  await advance(10);
  expect(seen).toEqual(['a', 'b']);
  expect(thrown).toHaveLength(2);
});
