import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { violationsOf } from '../../../e2e/harness/axe.js';
import { errorsOf, startBrowser } from '../../../e2e/harness/browser.js';
import { bundlePage } from './bundle.js';
import { SightglassProcess } from '../../../e2e/harness/server.js';
import { openAt } from './openAt.js';

// Each waits for a word, so that a test decides when it goes on.
const talker = `
id: talker
name: Talker
stages:
  - { id: first, type: shell, shell: { run: "echo one; echo two >&2; echo '<b>three</b>'" } }
  - { id: hold, type: wait, needs: [first], wait: { event: go } }
  - { id: last, type: shell, needs: [hold], shell: { run: "echo four" } }
`;

const failing = `
id: failing
stages:
  - { id: bad, type: shell, shell: { run: "echo oh; exit 3" } }
`;

const counter = `
id: counter
stages:
  - { id: print, type: shell, shell: { run: "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; sleep 0.03; done" } }
`;

let browser: Browser;
let server: SightglassProcess;
let script: string;
let page: Page;
let errors: string[];

beforeAll(async () => {
  script = await bundlePage();
  server = new SightglassProcess({ talker, failing, counter });
  await server.start();
  browser = await startBrowser();
});

beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext()).newPage();
  errors = errorsOf(page);
  await openAt(page, server.address, script);
});

afterAll(async () => {
  await browser?.close();
  await server?.dispose();
});

const run = (pipeline: string) => page.evaluate((p) => window.sg.run(p), pipeline);
const waitsFor = (id: string, stage: string, status: string) => expect.poll(
  () => page.evaluate(async ([i, s]) => (await window.sg.state(i)).stages.find(({ key }) => key === s)?.status, [id, stage] as const), { timeout: 30_000 },
).toBe(status);
const hasEnded = (id: string) => expect.poll(() => page.evaluate(async (i) => (await window.sg.state(i)).endTime, id), { timeout: 30_000 }).not.toBeNull();
const emit = () => page.evaluate(async () => {
  const answer = await fetch('/api/events', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'go', data: {} }) });
  if (!answer.ok) throw new Error(await answer.text());
});

test('Followed events and the fold come to the state of the server when the server is killed in the middle', async () => {
  const id = await run('counter');
  await page.evaluate((i) => void Object.assign(window, { followed: window.sg.follow(i) }), id);
  const followed = () => page.evaluate(() => {
    const { modes, seqs, state } = (window as unknown as { followed: ReturnType<typeof window.sg.follow> }).followed;
    return { modes, seqs, state: state() };
  });
  await expect.poll(async () => (await followed()).seqs.length, { timeout: 30_000 }).toBeGreaterThan(20);
  await server.stop('SIGKILL');
  await expect.poll(async () => (await followed()).modes.includes('retrying'), { timeout: 30_000 }).toBe(true);
  await server.start();
  await expect.poll(async () => (await followed()).modes.at(-1), { timeout: 90_000 }).toBe('ended');
  const { seqs, state, modes } = await followed();
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => seqs[0]! + i));
  expect(state).toEqual(await page.evaluate((i) => window.sg.state(i), id));
  expect(modes.slice(0, 2)).toEqual(['connecting', 'live']);
});

test('Stream gives the events of a run as they come when the server is the real one', async () => {
  const id = await run('talker');
  await waitsFor(id, 'hold', 'waiting');
  await page.evaluate((i) => window.sg.mountStream(i), id);
  await page.waitForFunction(() => window.sg.probe.stream?.connected);
  await emit();
  await page.waitForFunction(() => window.sg.probe.seen.some((s) => s.startsWith('run.completed')));
  const seen = await page.evaluate(() => window.sg.probe.seen);
  expect(seen.find((s) => s.startsWith('step.completed hold'))).toContain('"status":"SUCCESS"');
  expect(seen.find((s) => s.startsWith('step.log.appended last'))).toContain('"message":"four"');
  expect(seen.filter((s) => s.startsWith('step.log.appended')).length).toBe(1);
  expect(seen.at(-1)).toContain('"status":"COMPLETED"');
  expect(await page.evaluate(() => window.sg.probe.stream!.error)).toBeNull();
  expect(errors).toEqual([]);
});

test('Stream tells of failures as the real server has them', async () => {
  await page.evaluate(() => window.sg.mountStream('01a1fa01-2b93-7e79-b5bb-c70516181551'));
  await page.waitForFunction(() => window.sg.probe.stream?.error);
  expect(await page.evaluate(() => ({ ...window.sg.probe.stream!.error }))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('Stream polls and comes back to streaming when the real server turns it off and on', async () => {
  const turn = (isOn: boolean) => page.evaluate((on) => fetch('/api/config/flags', {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ENABLE_EXECUTION_STREAMING: on }),
  }).then((r) => r.ok), isOn);
  const id = await run('talker');
  await waitsFor(id, 'hold', 'waiting');
  expect(await turn(false)).toBe(true);
  await page.evaluate((i) => window.sg.mountStream(i), id);
  await page.waitForFunction(() => window.sg.probe.seen.some((s) => s.startsWith('run.updated')));
  expect(await page.evaluate(() => window.sg.probe.stream!.connected)).toBe(false);
  await emit();
  await page.waitForFunction(() => window.sg.probe.seen.some((s) => s.startsWith('run.completed')));
  expect((await page.evaluate(() => window.sg.probe.seen)).filter((s) => s.includes('four')).length).toBeGreaterThan(0);
  expect(await turn(true)).toBe(true);
});

test('Viewer shows the logs of the real server, once and as text', async () => {
  const id = await run('talker');
  await waitsFor(id, 'hold', 'waiting');
  await page.evaluate((i) => window.sg.mountViewer(i), id);
  const texts = async () => (await page.locator('.sg-lines > div').allTextContents()).map((t) => t.replace(/^[\d:]+ /, ''));
  await expect.poll(texts, { timeout: 30_000 }).toContain('first <b>three</b>');
  await page.getByText('Connected', { exact: true }).waitFor();
  await emit();
  await expect.poll(texts, { timeout: 30_000 }).toContain('last four');
  await page.getByText('Disconnected', { exact: true }).waitFor();
  const all = await texts();
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((t) => /one|two|four/.test(t)).map((t) => t.split(' ').at(-1)).sort()).toEqual(['four', 'one', 'two']);
  expect(errors).toEqual([]);
});

test('Element shows status, progress, duration and logs of an execution when it is put into a page', async () => {
  const id = await run('talker');
  await waitsFor(id, 'hold', 'waiting');
  await page.evaluate((i) => window.sg.mountElement(i), id);
  const element = page.locator('workflow-execution-monitor');
  await element.getByText('Running', { exact: true }).waitFor();
  expect(await element.locator('b').textContent()).toBe(`Talker · ${id}`);
  expect(await element.locator('progress').evaluate((e: HTMLProgressElement) => Math.round(e.value))).toBe(33);
  expect(await element.locator('time').textContent()).toMatch(/^\d+:\d\d$/);
  await element.getByRole('button', { name: 'Show logs' }).click();
  await expect.poll(() => element.locator('.sg-lines').textContent()).toContain('first <b>three</b>');
  expect(await violationsOf(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violationsOf(page)).toEqual([]);
  await emit();
  await element.getByText('Completed', { exact: true }).waitFor();
  expect(await element.locator('progress').isVisible()).toBe(false);
  await expect.poll(() => element.locator('.sg-lines').textContent()).toContain('four');
  expect(errors).toEqual([]);
});

test('Element says when there is no such execution, and shows another one when it is told to', async () => {
  await page.evaluate(() => window.sg.mountElement('01a1fa01-2b93-7e79-b5bb-c70516181551'));
  const element = page.locator('workflow-execution-monitor');
  await expect.poll(() => element.locator('[role=status]').first().textContent()).toContain('no such execution');
  const id = await run('failing');
  await hasEnded(id);
  await element.evaluate((e, i) => e.setAttribute('execution-id', i), id);
  await element.getByText('Failed', { exact: true }).waitFor();
  await page.evaluate(() => window.sg.unmount());
  expect(await page.locator('workflow-execution-monitor').count()).toBe(0);
});

test('Elements that come and go leave no connection', async () => {
  const id = await run('talker');
  await waitsFor(id, 'hold', 'waiting');
  let open = 0;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  cdp.on('Network.webSocketCreated', () => open++);
  cdp.on('Network.webSocketClosed', () => open--);
  const requests = new Set<string>();
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => void (request.url.includes('/events') && requests.add(requestId)));
  for (const done of ['Network.loadingFinished', 'Network.loadingFailed'] as const) cdp.on(done, ({ requestId }) => void requests.delete(requestId));
  await page.evaluate(async (i) => {
    for (let n = 0; n < 200; n++) {
      window.sg.mountElement(i);
      const element = document.querySelector('workflow-execution-monitor')!;
      element.shadowRoot!.querySelector('button')!.click();
      await new Promise((resolve) => setTimeout(resolve, n % 20 === 0 ? 50 : 0));
      element.remove();
    }
  }, id);
  await expect.poll(() => [open, requests.size], { timeout: 20_000 }).toEqual([0, 0]);
  await emit();
  expect(errors).toEqual([]);
});
