import { expect, test } from 'vitest';
import { stepOf, viewOf } from './fixture.js';
import { until, useFixture } from './setup.js';

const given = useFixture();

const mount = (options = {}, strict = false) =>
  given.page.evaluate(([o, s]) => window.sg.mountStream('run-1', o, s), [options, strict] as const);
const seen = () => given.page.evaluate(() => window.sg.probe.seen);
const isConnected = (connected: boolean) => given.page.waitForFunction((c) => window.sg.probe.stream?.connected === c, connected);
const hasSeen = (count: number) => given.page.waitForFunction((n) => window.sg.probe.seen.length >= n, count);

test('Stream is not connected first, then connected, and gives each event once as the last one', async () => {
  await mount();
  await isConnected(true);
  expect(await given.page.evaluate(() => window.sg.probe.connected)).toEqual([false, true]);
  // All in one piece, so that a page that only shows the newest state would lose some.
  given.fixture.send({ type: 'run.updated', payload: { status: 'RUNNING', currentStepKey: 'a', progress: 0 } });
  for (let i = 0; i < 50; i++) given.fixture.send({ type: 'step.log.appended', stepKey: 'a', payload: { logEntry: { level: 'info', message: `line ${i}`, timestamp: 't' } } });
  await hasSeen(51);
  const all = await seen();
  expect(all[0]).toBe('run.updated  {"status":"RUNNING","currentStepKey":"a","progress":0}');
  expect(all.slice(1).map((s) => /line \d+/.exec(s)![0])).toEqual(Array.from({ length: 50 }, (_, i) => `line ${i}`));
  expect(await given.page.evaluate(() => window.sg.probe.stream!.events.length)).toBe(51);
  expect(given.errors).toEqual([]);
});

test('Stream keeps the newest events up to the limit, and forgets them when it is told', async () => {
  await mount({ maxEvents: 3 });
  await isConnected(true);
  for (let i = 0; i < 5; i++) given.fixture.send({ type: 'step.updated', stepKey: `s${i}` });
  await hasSeen(5);
  expect(await given.page.evaluate(() => window.sg.probe.stream!.events.map((e) => e.stepKey))).toEqual(['s2', 's3', 's4']);
  await given.page.evaluate(() => window.sg.probe.stream!.clearEvents());
  await given.page.waitForFunction(() => window.sg.probe.stream!.events.length === 0 && window.sg.probe.stream!.lastEvent === null);
  given.fixture.send({ type: 'step.updated', stepKey: 's5' });
  await hasSeen(6);
});

test('Stream comes back with its cursor and misses nothing when the connection is cut', async () => {
  await mount({ retryDelay: 200 });
  await isConnected(true);
  given.fixture.send({ type: 'step.updated', stepKey: 'before' });
  await hasSeen(1);
  given.fixture.cut();
  given.fixture.send({ type: 'step.updated', stepKey: 'meanwhile' });
  await isConnected(false);
  await isConnected(true);
  given.fixture.send({ type: 'step.updated', stepKey: 'after' });
  await hasSeen(3);
  expect((await seen()).map((s) => s.split(' ')[1])).toEqual(['before', 'meanwhile', 'after']);
  expect(given.fixture.lastEventIds).toEqual([undefined, '1.0']);
  await given.page.waitForFunction(() => window.sg.probe.stream!.error === null);
});

test('Stream doubles its delays, gives up, and starts again when it is told to', async () => {
  given.fixture.refusals = [500, 500, 500, 500];
  const start = Date.now();
  await mount({ retryDelay: 100, maxRetries: 3 });
  await until(() => given.fixture.refusals.length === 0, 'four tries');
  // 100 + 200 + 400 between the four.
  expect(Date.now() - start).toBeGreaterThanOrEqual(700);
  await given.page.waitForFunction(() => window.sg.probe.stream?.error?.message === 'refused 500');
  const tries = () => given.fixture.requests.filter((r) => r.endsWith('/stream')).length;
  await given.page.waitForTimeout(1000);
  expect(tries()).toBe(4);
  await given.page.evaluate(() => window.sg.probe.stream!.retry());
  await isConnected(true);
  expect(tries()).toBe(5);
  expect(await given.page.evaluate(() => window.sg.probe.stream!.error)).toBeNull();
});

test('Stream does not try again when there is no such run', async () => {
  given.fixture.refusals = [404];
  await mount({ retryDelay: 50 });
  await given.page.waitForFunction(() => window.sg.probe.stream?.error?.message === 'refused 404');
  await given.page.waitForTimeout(300);
  expect(given.fixture.requests.filter((r) => r.endsWith('/stream'))).toHaveLength(1);
});

test('Stream stops when it is disconnected and goes on after retry', async () => {
  await mount({ retryDelay: 50 });
  await isConnected(true);
  given.fixture.send({ type: 'step.updated', stepKey: 'before' });
  await hasSeen(1);
  await given.page.evaluate(() => window.sg.probe.stream!.disconnect());
  await isConnected(false);
  await until(() => given.fixture.streams.size === 0, 'the stream is closed');
  await given.page.waitForTimeout(300);
  expect(given.fixture.streams.size).toBe(0);
  given.fixture.send({ type: 'step.updated', stepKey: 'meanwhile' });
  await given.page.evaluate(() => window.sg.probe.stream!.retry());
  await isConnected(true);
  await hasSeen(2);
  expect(await given.page.evaluate(() => window.sg.probe.stream!.events.map((e) => e.stepKey))).toEqual(['before', 'meanwhile']);
});

test('Stream is left to others while nobody sees the page, is looked at now and then, and goes on when somebody does', async () => {
  const look = (hidden: boolean) => given.page.evaluate((h) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: h });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, hidden);
  await mount();
  await isConnected(true);
  await look(true);
  await isConnected(false);
  given.fixture.send({ type: 'step.updated', stepKey: 'unseen' });
  await hasSeen(1);
  await until(() => given.fixture.streams.size === 0, 'the stream is left');
  given.fixture.send({ type: 'step.updated', stepKey: 'meanwhile' });
  await look(false);
  await isConnected(true);
  await hasSeen(2);
  given.fixture.send({ type: 'step.updated', stepKey: 'seen' });
  await hasSeen(3);
  expect((await seen()).map((s) => s.split(' ')[1])).toEqual(['unseen', 'meanwhile', 'seen']);
  expect(given.fixture.lastEventIds[0]).toBeUndefined();
  expect(given.fixture.lastEventIds.at(-1)).toBe('1.0');
  expect(await given.page.evaluate(() => window.sg.probe.errors)).toEqual([]);
});

test('Stream shows nothing of a run when it has gone on to another one', async () => {
  await mount();
  await isConnected(true);
  given.fixture.send({ type: 'step.updated', stepKey: 'of the first' });
  await hasSeen(1);
  await given.page.evaluate(() => window.sg.mountStream('run-2'));
  await given.page.waitForFunction(() => window.sg.probe.stream!.events.length === 0 && window.sg.probe.stream!.connected);
  expect(given.fixture.lastEventIds).toEqual([undefined, undefined]);
  await until(() => given.fixture.streams.size === 1, 'only the second is open');
});

test.each([
  ['run.completed', { status: 'COMPLETED' }], ['run.failed', { status: 'FAILED' }], ['run.updated', { status: 'CANCELLED' }],
] as const)('Stream stops by itself when the run ends with %s', async (type, payload) => {
  await mount({ retryDelay: 50 });
  await isConnected(true);
  given.fixture.send({ type, payload });
  await hasSeen(1);
  await isConnected(false);
  await until(() => given.fixture.streams.size === 0, 'the stream is closed');
  await given.page.waitForTimeout(300);
  expect(given.fixture.requests.filter((r) => r.endsWith('/stream'))).toHaveLength(1);
  expect(await given.page.evaluate(() => window.sg.probe.stream!.error)).toBeNull();
});

test.each([['the server streams none', {}, false], ['it is not enabled', { enabled: false }, true]] as const)('Stream polls the run and never opens one when %s', async (_, options, streaming) => {
  given.fixture.streaming = streaming;
  given.fixture.view = viewOf('running', [stepOf('a', 'running', ['said before']), stepOf('b', 'queued')]);
  await mount(options);
  await hasSeen(2);
  given.fixture.view = viewOf('running', [stepOf('a', 'success', ['said before', 'new line']), stepOf('b', 'running')]);
  await hasSeen(6);
  given.fixture.view = viewOf('success', [stepOf('a', 'success', ['said before', 'new line']), stepOf('b', 'success')]);
  await hasSeen(8);
  expect((await seen()).map((s) => s.split(' {')[0])).toEqual([
    'step.updated a', 'run.updated ', 'step.log.appended a', 'step.completed a', 'step.updated b', 'run.updated ', 'step.completed b', 'run.completed ',
  ]);
  const polled = given.fixture.requests.length;
  await given.page.waitForTimeout(2500);
  expect(given.fixture.requests.length, 'it stops with the run').toBe(polled);
  expect(given.fixture.requests.filter((r) => r.endsWith('/stream'))).toEqual([]);
  expect(await given.page.evaluate(() => window.sg.probe.connected)).toEqual([false]);
});

test('Stream leaves nothing behind when its component goes, also under strict mode', async () => {
  await mount({}, true);
  await isConnected(true);
  given.fixture.send({ type: 'step.updated', stepKey: 'once' });
  await hasSeen(1);
  await given.page.waitForTimeout(100);
  expect(given.fixture.streams.size).toBe(1);
  await given.page.evaluate(() => window.sg.unmount());
  await until(() => given.fixture.streams.size === 0, 'the stream is closed');
  expect(given.errors).toEqual([]);
});

test('A thousand mounts leave no stream and no socket', { timeout: 180_000 }, async () => {
  await given.page.evaluate(() => window.sg.mountMany(1000));
  await until(() => given.fixture.streams.size === 0 && given.fixture.sockets.size === 0, 'nothing is open');
  await given.page.waitForTimeout(500);
  expect([given.fixture.streams.size, given.fixture.sockets.size]).toEqual([0, 0]);
  expect(given.fixture.requests.filter((r) => r.endsWith('/stream')).length).toBeGreaterThan(10);

  // Browsers hold back pages that open sockets so fast; most were closed before they were open.
  expect(given.fixture.socketsOpened).toBeGreaterThan(2);
  expect(given.errors).toEqual([]);
});
