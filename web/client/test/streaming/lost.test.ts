import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followExecution } from '../../src/streaming/index.js';
import type { Following, ModeDetail } from '../../src/streaming/index.js';
import { FakeServer } from './fakeServer.js';
import type { Fault } from './fakeServer.js';

let servers = 0;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(server: FakeServer, after: number | undefined = 0) {
  const told: number[] = [];
  const modes: string[] = [];
  const details: ModeDetail[] = [];
  const following: Following = followExecution('x', {
    url: `http://lost-${servers++}`, fetch: server.fetch, after,
    onMode(mode, detail) {
      modes.push(mode + (detail.retryIn === undefined ? '' : ` ${detail.retryIn}`));
      details.push(detail);
    },
    onEvent: (event) => told.push(event.seq),
  });
  return { following, told, modes, details };
}

function serverWith(count: number, streamFault: Fault = { kind: 'none' }) {
  const server = new FakeServer();
  Object.assign(server, { latency: 0, streamFault });
  server.append(count);
  return server;
}

const advance = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const isStream = (request: string) => request.startsWith('SSE');
const isPage = (request: string) => request.includes('limit=');

/** In which of so many seconds from now such requests come; a second has the one in which it ends. */
async function secondsOf(server: FakeServer, seconds: number, ...kinds: ((request: string) => boolean)[]): Promise<number[][]> {
  const found: number[][] = kinds.map(() => []);
  for (let second = 1; second <= seconds; second++) {
    const from = server.requests.length;
    await advance(1000);
    kinds.forEach((is, i) => server.requests.slice(from).filter(is).forEach(() => found[i]!.push(second)));
  }
  return found;
}

const refusals: [string, Fault][] = [
  ['403', { kind: 'refused', status: 403, code: 'forbidden' }],
  ['404', { kind: 'refused', status: 404, code: 'not_found' }],
  ['502', { kind: 'refused', status: 502, code: 'bad_gateway' }],
  ['another page', { kind: 'html' }],
  ['a reset of the connection', { kind: 'unreachable' }],
];

test.each(refusals)('Follow polls at once, tries a stream ever more seldom and is live again when streams alone are answered with %s', async (_, fault) => {
  const server = serverWith(2, fault);
  const { told, modes, details } = watch(server);
  await advance(100);
  expect(modes).toEqual(['connecting', 'polling']);
  expect(details.at(-1)!.error, 'no stream comes through').toBeDefined();
  expect(told).toEqual([1, 2]);
  server.append(1);
  const [tried, polled] = await secondsOf(server, 143, isStream, isPage);
  expect(tried).toEqual([3, 9, 21, 45, 93, 141]);
  expect(polled).toEqual(Array.from({ length: 71 }, (_, i) => 2 * i + 2));
  expect(told).toEqual([1, 2, 3]);
  expect(modes).toEqual(['connecting', 'polling']);

  server.streamFault = { kind: 'none' };
  server.append(1);
  await advance(45_000);
  server.append(1);
  await advance(2000);
  expect(modes).toEqual(['connecting', 'polling', 'live']);
  const asked = server.requests.length;
  server.append(2);
  await advance(30_000);
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(server.requests.length, 'it no longer polls').toBe(asked);
});

test('Follow asks for pages as seldom as for streams when the server is down, and says so', async () => {
  const server = serverWith(2);
  server.isDown = true;
  const { told, modes } = watch(server);
  await advance(100);
  const [tried, polled] = await secondsOf(server, 142, isStream, isPage);
  expect(tried).toEqual([3, 9, 21, 45, 93, 141]);
  expect(polled).toEqual(tried);
  expect(modes).toEqual(['connecting', ...[3000, 6000, 12_000, 24_000, 48_000, 48_000].flatMap((ms) => [`retrying ${ms}`, 'connecting']), 'retrying 48000']);
  expect(told).toEqual([]);
  server.isDown = false;
  await advance(48_000);
  expect(told).toEqual([1, 2]);
  expect(modes.at(-1)).toBe('live');
});

test('Follow polls from the moment at which a stream is lost, and believes the next one as soon as it opens', async () => {
  const server = serverWith(3);
  server.faults = [{ kind: 'cut', after: 2 }];
  const { told, modes } = watch(server);
  await advance(10);
  expect(told).toEqual([1, 2, 3]);
  expect(modes).toEqual(['connecting', 'live', 'connecting', 'polling']);
  await advance(3100);
  expect(modes.slice(4)).toEqual(['live']);
  server.append(1);
  await advance(10);
  expect(told).toEqual([1, 2, 3, 4]);
});

test('Follow is offline and soon polls again when the server is restarted behind a proxy that refuses streams', async () => {
  const server = serverWith(1, { kind: 'refused', status: 403, code: 'forbidden' });
  const { told, modes } = watch(server);
  await advance(61_000);
  server.isDown = true;
  await advance(4000);
  server.append(1);
  server.isDown = false;
  await advance(6000);
  expect(modes.slice(2)).toEqual(['retrying 3000', 'connecting', 'polling']);
  expect(told).toEqual([1, 2]);
});

test('Follow asks ever more seldom when the server goes while streaming is turned off', async () => {
  const server = serverWith(1);
  server.streaming = false;
  const { told, details } = watch(server);
  await advance(1000);
  expect(details.at(-1)!.error, 'the server streams none').toBeUndefined();
  server.isDown = true;
  const [polled] = await secondsOf(server, 100, isPage);
  expect(polled).toEqual([1, 4, 10, 22, 46, 94].map((second) => second + 1));
  server.isDown = false;
  server.append(1);
  await advance(48_000);
  expect(told).toEqual([1, 2]);
});

test('Follow polls beside a stream that is not answered', async () => {
  const server = serverWith(1, { kind: 'hangs' });
  const { told, modes } = watch(server);
  await advance(4900);
  expect(modes).toEqual(['connecting']);
  await advance(200);
  expect(modes).toEqual(['connecting', 'polling']);
  expect(told).toEqual([1]);
});

test('Follow polls when what it polled beside is lost', async () => {
  const server = serverWith(0, { kind: 'silent', after: 0 });
  const { told, modes } = watch(server);
  await advance(44_000);
  expect(modes).toEqual(['connecting', 'live']);
  await advance(1100);
  expect(modes.slice(2)).toEqual(['connecting', 'polling']);
  server.append(1);
  await advance(2000);
  expect(told).toEqual([1]);
});

test('Follow ends when a page is refused for good, whatever the stream was refused for', async () => {
  const server = serverWith(1, { kind: 'refused', status: 502, code: 'bad_gateway' });
  const { modes, details } = watch(server);
  await advance(10);
  server.status = 401;
  await advance(10_000);
  expect(modes).toEqual(['connecting', 'polling', 'failed']);
  expect(details.at(-1)!.error!.status).toBe(401);
  expect(vi.getTimerCount()).toBe(0);
});

test('Follow waits as long as the server asks, however long that is', async () => {
  const busy: Fault = { kind: 'refused', status: 503, code: 'busy', retryAfter: 1e9 };
  const server = serverWith(1, busy);
  server.faults = [busy, busy];
  watch(server);
  await advance(10);
  const asked = server.requests.length;
  await advance(600_000);
  expect(server.requests.length).toBe(asked);
});
