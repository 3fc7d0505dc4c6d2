import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followOverview } from '../../src/feed.js';
import { followExecution } from '../../src/streaming/index.js';
import { FakeFeed } from '../overview/fakeFeed.js';
import { FakeServer } from './fakeServer.js';
import { somePage } from './somePage.js';

let servers = 0;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const streams = (server: FakeServer) => server.requests.filter((r) => r.startsWith('SSE')).length;
const pages = (server: FakeServer) => server.requests.filter((r) => r.includes('limit=')).length;

function watch(server: FakeServer) {
  server.latency = 0;
  const told: number[] = [];
  const modes: string[] = [];
  const following = followExecution('x', {
    url: `http://hidden-${servers++}`, fetch: server.fetch, onState: ({ seq }) => told.push(-seq),
    onEvent: ({ seq }) => told.push(seq), onMode: (mode) => modes.push(mode),
  });
  return { following, told, modes };
}

function serverWith(count: number) {
  const server = new FakeServer();
  server.append(count);
  return server;
}

test('Follow leaves its stream and polls every five seconds while nobody sees the page, and goes on at once when somebody does', async () => {
  const page = somePage();
  const server = serverWith(2);
  const { told, modes } = watch(server);
  await advance(10);
  page.hide();
  await advance(5100);
  expect(server.open, 'the stream is left to others').toBe(0);
  expect(modes).toEqual(['connecting', 'live', 'connecting', 'polling']);
  server.append(2);
  await advance(5100);
  expect(told).toEqual([-2, 3, 4]);
  const asked = pages(server);
  await advance(50_000);
  expect(pages(server) - asked).toBe(10);
  expect(streams(server)).toBe(1);
  server.append(1);
  page.show();
  await advance(10);
  server.append(1);
  await advance(10);
  expect(told).toEqual([-2, 3, 4, 5, 6]);
  expect(modes.slice(4)).toEqual(['connecting', 'live']);
  expect(server.requests.at(-1)).toBe('SSE /api/executions/x/events?after=4');
});

test('Follow keeps its stream when somebody comes back within five seconds', async () => {
  const page = somePage();
  const server = serverWith(1);
  const { modes } = watch(server);
  await advance(10);
  for (let i = 0; i < 5; i++) {
    page.hide();
    await advance(4900);
    page.show();
    await advance(100);
  }
  expect(modes).toEqual(['connecting', 'live']);
  expect(streams(server)).toBe(1);
});

test('Follow opens no stream in a page that was opened unseen until somebody sees it', async () => {
  const page = somePage(true);
  const server = serverWith(3);
  const { told, modes } = watch(server);
  await advance(10);
  server.append(1);
  await advance(60_000);
  expect(streams(server)).toBe(0);
  expect(told).toEqual([-3, 4]);
  expect(modes).toEqual(['connecting', 'polling']);
  page.show();
  await advance(10);
  expect(modes.at(-1)).toBe('live');
});

test('Follow tells the end while nobody sees the page, and asks for nothing more when somebody does', async () => {
  const page = somePage();
  const server = serverWith(1);
  const { modes } = watch(server);
  await advance(10);
  page.hide();
  await advance(5100);
  server.append(1, true);
  await advance(5100);
  expect(modes.at(-1)).toBe('ended');
  const asked = server.requests.length;
  page.show();
  await advance(60_000);
  expect(server.requests.length).toBe(asked);
  expect(vi.getTimerCount()).toBe(0);
});

test('Follow stays paused when its page is seen again, and unseen when it is resumed there', async () => {
  const page = somePage();
  const server = serverWith(1);
  const { following, modes } = watch(server);
  await advance(10);
  following.pause();
  page.hide();
  await advance(10_000);
  page.show();
  await advance(10_000);
  expect(modes.at(-1)).toBe('paused');
  page.hide();
  following.resume();
  await advance(10_000);
  expect(modes.at(-1)).toBe('polling');
  expect(streams(server)).toBe(1);
});

test('Follow says that the server is away while nobody sees the page, and is live again when both are back', async () => {
  const page = somePage();
  const server = serverWith(1);
  const { told, modes } = watch(server);
  await advance(10);
  page.hide();
  await advance(5100);
  server.faults = [{ kind: 'unreachable' }];
  await advance(5100);
  expect(modes.at(-1)).toBe('retrying');
  server.append(1);
  await advance(5100);
  expect(modes.at(-1)).toBe('polling');
  page.show();
  await advance(10);
  expect(modes.at(-1)).toBe('live');
  expect(told).toEqual([-1, 2]);
});

test('Overview asks for nothing while nobody sees the page and goes on with its cursor', async () => {
  const page = somePage();
  const server = new FakeFeed();
  const told: string[] = [];
  const modes: string[] = [];
  const following = followOverview({
    url: `http://hidden-${servers++}`, fetch: server.fetch,
    onState: () => told.push('state'), onChange: ({ id, status }) => told.push(`${id} ${status}`), onMode: (mode) => modes.push(mode),
  });
  await advance(10);
  server.change('a', 'running');
  await advance(10);
  page.hide();
  await advance(5100);
  const asked = server.requests.length;
  await advance(200_000);
  expect([server.open, server.requests.length]).toEqual([0, asked]);
  following.resume();
  expect(following.mode, 'nobody sees it yet').toBe('paused');
  page.show();
  await advance(10);
  expect(server.requests.slice(asked)).toEqual(['/api/feed after e-1']);
  server.change('a', 'completed');
  await advance(10);
  expect(told).toEqual(['state', 'a running', 'a completed']);
  expect(modes).toEqual(['connecting', 'live', 'paused', 'connecting', 'live']);
  page.hide();
  await advance(5100);
  following.close();
  page.show();
  await advance(100_000);
  expect(server.open).toBe(0);
});

test('Overview that is wanted unseen is asked for every 5 seconds, and streamed again when somebody sees the page', async () => {
  const page = somePage();
  const server = new FakeFeed();
  server.executions = [{ id: 'a', status: 'running' }];
  const told: string[] = [];
  const modes: string[] = [];
  followOverview({
    url: `http://hidden-${servers++}`, fetch: server.fetch, isWantedUnseen: () => true,
    onState: ({ executions }) => told.push(executions.map(({ status }) => status).join()), onChange: ({ status }) => told.push(`change ${status}`), onMode: (mode) => modes.push(mode),
  });
  await advance(10);
  page.hide();
  await advance(5100);
  expect(server.open).toBe(0);
  server.executions = [];
  const asked = server.requests.length;
  await advance(20_000);
  expect(new Set(server.requests.slice(asked).filter((r) => !r.includes('flags')))).toEqual(new Set(['/api/executions']));
  expect(server.requests.length - asked).toBeLessThan(8);
  expect(told.at(-1)).toBe('');
  page.show();
  await advance(10);
  server.change('b', 'queued');
  await advance(10);
  expect(told.at(-1)).toBe('change queued');
  expect(modes).toEqual(['connecting', 'live', 'connecting', 'polling', 'connecting', 'live']);
});
