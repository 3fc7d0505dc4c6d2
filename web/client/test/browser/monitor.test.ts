import { expect, test } from 'vitest';
import { violationsOf } from '../../../e2e/harness/axe.js';
import type { WorkflowExecution } from '../../src/react.js';
import { logOf } from './fixture.js';
import { until, useFixture } from './setup.js';

const given = useFixture();

// By the clock of the test, since those before it may have taken minutes.
const executionOf = (status: string, more: object = {}) =>
  ({ id: `exec-${status}`, workflow_id: 'wf-001', status, created_at: new Date(Date.now() - 65_000).toISOString(), progress: 45, ...more });
const mount = (...executions: WorkflowExecution[]) => given.page.evaluate((e) => window.sg.mountMonitor(...e), executions);
const card = (status: string) => given.page.locator(`section[aria-label="wf-001 exec-${status}"]`);
const secondsOf = (text: string | null) => text!.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
const time = (status: string) => card(status).locator('time').textContent();

test.each([
  ['running', '🔄', 'Running', 'sg-running'],
  ['completed', '✅', 'Completed', 'sg-completed'],
  ['failed', '❌', 'Failed', 'sg-failed'],
  ['pending', '⏳', 'Pending', 'sg-pending'],
  ['paused', '🔄', 'Paused', 'sg-running'],
  ['cancelled', '❌', 'Cancelled', 'sg-failed'],
  ['queued', '⏳', 'Queued', 'sg-pending'],
  ['<b>odd</b>', '⏳', '<b>odd</b>', 'sg-pending'],
])('Monitor shows %s by icon, word and colour', async (status, icon, word, look) => {
  await mount(executionOf(status));
  await card(status).waitFor();
  expect(await card(status).locator('[aria-hidden]').textContent()).toBe(icon);
  expect(await card(status).locator('[role=status]').textContent()).toBe(word);
  expect(await card(status).getAttribute('class')).toContain(look);
  expect(await card(status).locator('progress').count()).toBe(look === 'sg-running' ? 1 : 0);
  expect(given.errors).toEqual([]);
});

test.each([[45, 45], [-3, 0], [250, 100], [Number.NaN, 0], [undefined, 0]])('Monitor shows a progress of %s within its bar', async (progress, shown) => {
  await mount(executionOf('running', { progress }));
  const bar = card('running').locator('progress');
  expect(await bar.evaluate((e: HTMLProgressElement) => e.value)).toBe(shown);
  expect(given.errors).toEqual([]);
});

test('Monitor counts its duration up and stops when the execution ends', async () => {
  const running = executionOf('running');
  await mount(running);
  await expect.poll(() => time('running')).toMatch(/^\d+:\d\d$/);
  const before = secondsOf(await time('running'));
  expect(before).toBeGreaterThanOrEqual(65);
  expect(before).toBeLessThanOrEqual((Date.now() - Date.parse(running.created_at)) / 1000 + 1);
  await expect.poll(async () => secondsOf(await time('running'))).toBeGreaterThan(before);
  await mount({ ...running, status: 'completed' });
  await expect.poll(() => card('running').locator('[role=status]').textContent()).toBe('Completed');
  const end = await time('running');
  await given.page.waitForTimeout(2200);
  expect(await time('running')).toBe(end);
});

test('Monitor shows the whole duration when it is told the end, and none when nobody knows it', async () => {
  const ended = executionOf('completed');
  await mount(executionOf('completed', { created_at: ended.created_at, completed_at: new Date(Date.parse(ended.created_at) + 3_723_000).toISOString() }), executionOf('failed'), executionOf('pending', { created_at: 'soon' }));
  expect(await time('completed')).toBe('1:02:03');
  expect(await time('failed')).toBe('');
  expect(await time('pending')).toBe('');
});

test('Monitor opens its logs when somebody asks and closes their socket again', async () => {
  given.fixture.history = [logOf(1)];
  await mount(executionOf('running'));
  expect(given.fixture.socketsOpened).toBe(0);
  const button = card('running').getByRole('button', { name: 'Show logs' });
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await button.press('Enter');
  await expect.poll(() => card('running').locator('.sg-lines').textContent()).toContain('line 1');
  const hide = card('running').getByRole('button', { name: 'Hide logs' });
  expect(await hide.getAttribute('aria-expanded')).toBe('true');
  await hide.click();
  await until(() => given.fixture.sockets.size === 0, 'the socket is closed');
});

test('Monitor leaves nothing behind when it goes', async () => {
  await mount(executionOf('running'), executionOf('pending'));
  await card('running').getByRole('button', { name: 'Show logs' }).click();
  await card('pending').getByRole('button', { name: 'Show logs' }).click();
  await until(() => given.fixture.sockets.size === 2, 'two sockets');
  await given.page.evaluate(() => window.sg.unmount());
  await until(() => given.fixture.sockets.size === 0, 'no socket');
  expect(given.errors).toEqual([]);
});

test.each(['light', 'dark'] as const)('Monitors are accessible when the page is %s', async (colorScheme) => {
  await given.page.emulateMedia({ colorScheme });
  given.fixture.history = [logOf(1), logOf(2, 'bad', 'error'), logOf(3, 'careful', 'warning')];
  await mount(...['running', 'completed', 'failed', 'pending'].map((status) => executionOf(status)));
  await card('running').getByRole('button', { name: 'Show logs' }).click();
  await expect.poll(() => card('running').locator('.sg-lines > div').count()).toBe(3);
  expect(await violationsOf(given.page)).toEqual([]);
  await given.page.screenshot({ path: `../../artifacts/screenshots/monitors-${colorScheme}.png` });
  const paper = await card('running').evaluate((e) => getComputedStyle(e).backgroundColor);
  expect(paper).toBe(colorScheme === 'dark' ? 'rgb(26, 32, 44)' : 'rgb(255, 255, 255)');
});

test('Monitor animates nothing when the reader wants less motion', async () => {
  await given.page.emulateMedia({ reducedMotion: 'reduce' });
  given.fixture.refusesSockets = true;
  await mount(executionOf('running'));
  await card('running').getByRole('button', { name: 'Show logs' }).click();
  await card('running').locator('.sg-bar i').waitFor({ state: 'attached' });
  expect(await card('running').locator('.sg-bar i').evaluate((e) => getComputedStyle(e).animationName)).toBe('none');
});
