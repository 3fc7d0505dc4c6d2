import { violationsOf } from '../../../e2e/harness/axe.js';
import { expect, test } from 'vitest';
import { logOf } from './fixture.js';
import { until, useFixture } from './setup.js';

const given = useFixture();

const ids = () => given.page.evaluate(() => window.sg.probe.logs!.logs.map(({ id }) => id));
const isStatus = (status: string) => given.page.waitForFunction((s) => window.sg.probe.logs?.connectionStatus === s, status);
const hasLogs = (count: number) => given.page.waitForFunction((n) => window.sg.probe.logs?.logs.length === n, count);
const lines = () => given.page.locator('.sg-lines > div');
const list = () => given.page.locator('.sg-lines');

test('Logs are connecting first, then connected, and come in order', async () => {
  given.fixture.history = [logOf(1), logOf(2)];
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await isStatus('connected');
  given.fixture.log(logOf(3));
  await hasLogs(3);
  expect(await ids()).toEqual(['x-1-0', 'x-2-0', 'x-3-0']);
  expect(await given.page.evaluate(() => window.sg.probe.statuses)).toEqual(['connecting', 'connected']);
  expect(given.errors).toEqual([]);
});

test('Logs share one socket when many components show the same, and have one each when they show others', async () => {
  await given.page.evaluate(() => window.sg.mountLogs(['a', 'a', 'a', 'b']));
  await until(() => given.fixture.sockets.size === 2, 'two sockets');
  await given.page.evaluate(() => window.sg.mountLogs(['a']));
  await until(() => given.fixture.sockets.size === 1, 'one socket');
  await given.page.evaluate(() => window.sg.unmount());
  await until(() => given.fixture.sockets.size === 0, 'no socket');
  expect(given.fixture.socketsOpened).toBe(2);
});

test('Logs keep their socket when strict mode mounts twice', async () => {
  await given.page.evaluate(() => window.sg.mountLogs(['a'], true));
  await isStatus('connected');
  await given.page.waitForTimeout(100);
  expect(given.fixture.socketsOpened).toBe(1);
});

test('Logs come back by themselves after three seconds and hold each line once', async () => {
  given.fixture.history = [logOf(1), logOf(2)];
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await hasLogs(2);
  const start = Date.now();
  for (const socket of given.fixture.sockets) socket.terminate();
  given.fixture.log(logOf(3));
  await given.page.waitForFunction(() => /error|disconnected/.test(window.sg.probe.logs?.connectionStatus ?? ""));
  await isStatus('connected');
  expect(Date.now() - start).toBeGreaterThanOrEqual(2900);
  await hasLogs(3);
  expect(await ids()).toEqual(['x-1-0', 'x-2-0', 'x-3-0']);
});

test('Logs say that there is an error, and connect at once when they are told to', async () => {
  given.fixture.refusesSockets = true;
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await isStatus('error');
  given.fixture.refusesSockets = false;
  await given.page.evaluate(() => window.sg.probe.logs!.reconnect());
  await isStatus('connected');
});

test('Logs are disconnected and stay so when the execution has ended', async () => {
  given.fixture.history = [logOf(1)];
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await hasLogs(1);
  for (const socket of given.fixture.sockets) socket.close(1000, 'The execution has ended.');
  await isStatus('disconnected');
  await given.page.waitForTimeout(3500);
  expect(given.fixture.socketsOpened).toBe(1);
  expect(await ids()).toEqual(['x-1-0']);
});

test('Logs pass over what is no log', async () => {
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await isStatus('connected');
  for (const socket of given.fixture.sockets) for (const text of ['{', 'null', '7', '{"id":3}', '[]']) socket.send(text);
  given.fixture.log(logOf(1));
  await hasLogs(1);
  expect(given.errors).toEqual([]);
});

test('Logs keep the newest ten thousand, say how many they left out, and stay in order after a reconnect', async () => {
  given.fixture.history = Array.from({ length: 10_500 }, (_, i) => logOf(i));
  await given.page.evaluate(() => window.sg.mountLogs(['x']));
  await given.page.waitForFunction(() => window.sg.probe.logs?.logs.at(-1)?.id === 'x-10499-0');
  await given.page.evaluate(() => window.sg.probe.logs!.reconnect());
  await until(() => given.fixture.socketsOpened === 2, 'it has connected again');
  given.fixture.log(logOf(10_500));
  await given.page.waitForFunction(() => window.sg.probe.logs?.logs.at(-1)?.id === 'x-10500-0');
  expect(await given.page.evaluate(() => window.sg.probe.logs!.dropped)).toBe(501);
  expect(await ids()).toEqual(Array.from({ length: 10_000 }, (_, i) => `x-${i + 501}-0`));
});

test('Viewer joins history and live lines without doubles and shows hostile text as text', async () => {
  const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u001b[31m\u202e';
  given.fixture.history = [logOf(2), logOf(3, hostile, 'error'), logOf(4, 'careful', 'warning')];
  await given.page.evaluate((logs) => window.sg.mountViewer('x', logs as never), [logOf(1), logOf(2)]);
  await expect.poll(() => lines().count(), { timeout: 10_000 }).toBe(4);
  const texts = await lines().allTextContents();
  expect(texts.map((t) => t.replace(/^\d\d:\d\d:\d\d print /, ''))).toEqual(['line 1', 'line 2', `error ${hostile}`, 'warning careful']);
  expect(await given.page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(await given.page.locator('.sg-logs [role=status]').textContent()).toBe('Connected');
  expect(given.errors).toEqual([]);
});

test('Viewer scrolls to new lines, but not away from what somebody reads', async () => {
  given.fixture.history = Array.from({ length: 100 }, (_, i) => logOf(i));
  await given.page.evaluate(() => window.sg.mountViewer('x'));
  const isAtEnd = () => list().evaluate((e) => e.scrollHeight - e.clientHeight - e.scrollTop < 24);
  await expect.poll(isAtEnd, { timeout: 10_000 }).toBe(true);
  given.fixture.log(logOf(100));
  await expect.poll(() => lines().count()).toBe(101);
  await expect.poll(isAtEnd).toBe(true);

  await list().hover();
  await given.page.mouse.wheel(0, -400);
  await expect.poll(isAtEnd).toBe(false);
  await given.page.waitForTimeout(300);
  const top = await list().evaluate((e) => e.scrollTop);
  for (let i = 101; i < 150; i++) given.fixture.log(logOf(i));
  await expect.poll(() => lines().count()).toBe(150);
  await given.page.waitForTimeout(500);
  expect(await list().evaluate((e) => e.scrollTop)).toBe(top);

  await list().evaluate((e) => e.scrollTo({ top: e.scrollHeight }));
  await given.page.waitForTimeout(100);
  given.fixture.log(logOf(150));
  await expect.poll(() => lines().count()).toBe(151);
  await expect.poll(isAtEnd).toBe(true);
});

test('Viewer does not scroll when no lines come', async () => {
  given.fixture.history = Array.from({ length: 100 }, (_, i) => logOf(i));
  await given.page.evaluate(() => window.sg.mountViewer('x'));
  await expect.poll(() => lines().count()).toBe(100);
  await given.page.waitForTimeout(1000);
  await list().evaluate((e) => {
    (e as unknown as { calls: number }).calls = 0;
    e.scrollTo = () => void (e as unknown as { calls: number }).calls++;
  });
  for (const socket of given.fixture.sockets) socket.terminate();
  await given.page.getByRole('button', { name: 'Reconnect' }).click();
  await expect.poll(() => given.page.locator('.sg-logs [role=status]').textContent()).toBe('Connected');
  await given.page.waitForTimeout(300);
  expect(await list().evaluate((e) => (e as unknown as { calls: number }).calls)).toBe(0);
});

test('Viewer has a page of lines and more of them when somebody asks', async () => {
  given.fixture.history = Array.from({ length: 2300 }, (_, i) => logOf(i));
  await given.page.evaluate(() => window.sg.mountViewer('x'));
  await expect.poll(() => lines().count(), { timeout: 10_000 }).toBe(1000);
  await given.page.getByRole('button', { name: 'Show earlier (1,300 lines)' }).click();
  await expect.poll(() => lines().count()).toBe(2000);
});

test.each(['light', 'dark'] as const)('Viewer is accessible when the page is %s', async (colorScheme) => {
  await given.page.emulateMedia({ colorScheme });
  given.fixture.history = [...Array.from({ length: 60 }, (_, i) => logOf(i)), logOf(61, 'bad', 'error'), logOf(62, 'careful', 'warning')];
  await given.page.evaluate(() => window.sg.mountViewer('x'));
  await expect.poll(() => lines().count()).toBe(62);
  for (const socket of given.fixture.sockets) socket.close(1000);
  await given.page.getByRole('button', { name: 'Reconnect' }).waitFor();
  expect(await violationsOf(given.page)).toEqual([]);
});
