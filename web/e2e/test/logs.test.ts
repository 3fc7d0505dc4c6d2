import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const talks = `id: talks
stages:
  - id: build
    type: shell
    shell: { run: "echo '<img src=x onerror=alert(1)><b>bold</b>'; printf 'nul \\\\000 turn \\\\342\\\\200\\\\256 end\\\\n'; printf '\\\\033[1;31mred\\\\033[0m\\\\033[2Jplain\\\\n'; printf '10%%\\\\r100%%\\\\n'; head -c 3000000 /dev/zero | tr '\\\\0' x; echo; for i in $(seq 1 400); do echo out $i; done" }
  - id: bad
    type: shell
    needs: [build]
    shell: { run: "echo trying; exit 3" }
`;
const ticks = `id: ticks
stages:
  - id: tick
    type: shell
    shell: { run: "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo tick $i; sleep 0.01; done" }
`;
const longTicks = ticks.replace('id: ticks', 'id: long-ticks').replace('run: "i=0', 'run: "head -c 100000 /dev/zero | tr \'\\\\0\' x; echo; i=0');
const silent = 'id: silent\nstages:\n  - { id: nothing, type: data, data: { value: "1" } }\n';

const dashboard = useDashboard({ pipelines: { talks, ticks, longTicks, silent } });
const ids: Record<string, string> = {};

beforeAll(async () => {
  for (const name of ['talks', 'silent']) {
    ids[name] = await dashboard.server.run(name);
    await until(async () => (await dashboard.server.ask(`GET`, `/api/executions/${ids[name]}`))['endTime'] !== null, `${name} has ended`);
  }
});

const logs = (id: string, more = '') => `/executions/${id}?tab=logs${more}`;
const list = (page: Page) => page.getByRole('log', { name: 'Log lines' });
const row = (page: Page, text: string) => list(page).locator('.log-row', { hasText: text }).first();
const scrollTo = (page: Page, part: number) => list(page).evaluate((element, to) => { element.scrollTop = to * element.scrollHeight; }, part);
const numbers = (page: Page) => list(page).locator('.log-number').allTextContents().then((all) => all.map(Number).filter(Boolean));

test('Hostile_output_is_shown_as_text', async () => {
  const page = await dashboard.open(logs(ids['talks']!));
  await row(page, 'exited with 3').waitFor();
  await scrollTo(page, 0);
  await row(page, '<img src=x onerror=alert(1)><b>bold</b>').waitFor();
  await row(page, 'nul ␀ turn ‹U+202E› end').waitFor();
  await row(page, 'redplain').waitFor();
  await row(page, '100%').getByText('↻ 1').waitFor();
  expect(await list(page).locator('img, b, script, iframe').count()).toBe(0);
  const colour = await row(page, 'redplain').locator('.ansi').evaluate((element) => getComputedStyle(element).fontWeight);
  expect(colour).toBe('700');
});

test('Line_that_is_shown_whole_is_read_once_while_others_come', async () => {
  const id = await dashboard.server.run('long-ticks');
  const page = await dashboard.open(logs(id));
  await row(page, 'tick').waitFor();
  await scrollTo(page, 0);
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().includes('width=1048576')) asked.push(request.url()); });
  await list(page).getByRole('button', { name: /show all/ }).click();
  await page.getByRole('dialog').getByText('100,000 characters.').waitFor();
  const total = () => list(page).evaluate((element) => element.scrollHeight);
  const before = await total();
  await expect.poll(total).toBeGreaterThan(before + 1000);
  expect(asked).toHaveLength(1);
  await dashboard.server.ask('POST', `/api/executions/${id}/cancel`, {});
});

test('Line_of_megabytes_is_cut_visibly_and_shown_on_demand', async () => {
  const page = await dashboard.open(logs(ids['talks']!));
  await row(page, 'exited with 3').waitFor();
  await scrollTo(page, 0);
  await list(page).getByRole('button', { name: /show all 2.9 MB/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The first 1.0 MB of 2.9 MB.').waitFor();
  const download = page.waitForEvent('download');
  await dialog.getByRole('link', { name: /Download/ }).click();
  expect((await download).suggestedFilename()).toContain('build');
});

test('Next_error_is_shown_by_a_key_and_levels_narrow_the_log', async () => {
  const page = await dashboard.open(logs(ids['talks']!));
  await row(page, 'exited with 3').waitFor();
  await scrollTo(page, 0);
  await row(page, 'redplain').waitFor();
  await page.keyboard.press('e');
  await list(page).locator('.log-current', { hasText: 'exited with 3' }).waitFor();
  await page.getByRole('button', { name: /^Errors 1/ }).click();
  await page.getByText(/^1 line of/).waitFor();
  expect(await list(page).locator('.log-row').count()).toBe(1);
  await look(page, 'logs-errors');
});

test('Long_lines_are_broken_where_that_is_asked_for', async () => {
  const page = await dashboard.open(logs(ids['talks']!));
  await row(page, 'exited with 3').waitFor();
  await page.keyboard.press('w');
  await scrollTo(page, 0);
  await until(async () => (await list(page).locator('.log-row').evaluateAll((rows) => Math.max(...rows.map((one) => one.getBoundingClientRect().height)))) > 100, 'a line takes several rows');
  expect(await list(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
  await page.keyboard.press('End');
  await row(page, 'exited with 3').waitFor();
  await page.keyboard.press('t');
  await list(page).locator('time').first().waitFor();
  await look(page, 'logs');
});

test('End_is_followed_until_the_reader_scrolls_up_who_is_told_what_came', async () => {
  const id = await dashboard.server.run('ticks');
  const page = await dashboard.open(logs(id));
  await page.getByText('following the end').waitFor();
  await row(page, 'tick 60').waitFor();
  const highest = async () => Math.max(...(await numbers(page)));
  const before = await highest();
  await until(async () => (await highest()) > before + 5, 'new lines are shown');
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, -400);
  const button = page.getByRole('button', { name: /new lines? ↓/ });
  await button.waitFor();
  const seen = await numbers(page);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await numbers(page))[0]).toBe(seen[0]);
  await look(page, 'logs-live');
  await button.click();
  await page.getByText('following the end').waitFor();
  const after = await highest();
  await until(async () => (await highest()) > after + 5, 'it follows again');

  // What comes while updates are paused is told by a mark between the lines.
  await page.getByRole('button', { name: 'Pause updates' }).click();
  await page.getByText('Paused').first().waitFor();
  const paused = await highest();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await page.getByRole('button', { name: /Resume/ }).click();
  await until(async () => (await highest()) > paused, 'it goes on');
  await page.getByRole('note').getByText(/Updates were paused/).waitFor();
  await dashboard.server.ask('POST', `/api/executions/${id}/cancel`);
});

test('Reader_who_scrolls_up_stays_there_when_the_list_changes_before_the_browser_tells_of_it', async () => {
  const page = await dashboard.open(logs(ids['talks']!));
  await row(page, 'exited with 3').waitFor();
  await list(page).evaluate((element) => {
    element.scrollTop = 0;
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 't', bubbles: true }));
  });
  await list(page).locator('time').first().waitFor();
  await row(page, 'redplain').waitFor();

  // Who comes back to the very end follows it again.
  await scrollTo(page, 1);
  await row(page, 'exited with 3').waitFor();
  await page.keyboard.press('w');
  await until(async () => (await list(page).evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop)) < 1, 'the end is shown');
});

test('Nothing_is_missing_or_doubled_when_the_server_dies_and_comes_back', async () => {
  const id = await dashboard.server.run('ticks');
  const page = await dashboard.open(logs(id), { allow: /Failed to load resource|net::ERR/ });
  await row(page, 'tick 30').waitFor();
  await dashboard.server.stop('SIGKILL');
  await dashboard.server.start();
  await until(async () => {
    const window = await dashboard.server.ask<{ lines: { text: string }[] }>('GET', `/api/executions/${id}/lines?limit=5`);
    return window.lines.some(({ text }) => Number(text.slice(5)) > 60);
  }, 'it printed on after the restart', 60_000);
  await dashboard.server.ask('POST', `/api/executions/${id}/cancel`);
  await until(async () => (await dashboard.server.ask('GET', `/api/executions/${id}`))['endTime'] !== null, 'it has ended');
  const { total, lines } = await dashboard.server.ask<{ total: number; lines: { number: number; text: string }[] }>('GET', `/api/executions/${id}/lines?limit=2000`);
  await page.getByText(`${total.toLocaleString('en-US')} lines`, { exact: true }).waitFor({ timeout: 60_000 });
  const expected = new Map(lines.map(({ number, text }) => [number, text]));
  for (const part of [0, 0.3, 0.6, 1]) {
    await scrollTo(page, part);
    await until(async () => (await list(page).locator('.log-absent').count()) === 0, 'the lines are there');
    const shown = await list(page).locator('.log-row').evaluateAll((rows) => rows.map((one) => [Number(one.querySelector('.log-number')!.textContent), one.querySelector('.log-text')!.textContent] as const));
    shown.forEach(([number, text], i) => {
      if (i > 0) expect(number).toBe(shown[i - 1]![0] + 1);
      if (expected.has(number)) expect(text).toBe(expected.get(number));
    });
  }
});

test('Log_without_a_line_says_so', async () => {
  const page = await dashboard.open(logs(ids['silent']!));
  await page.getByText('Nothing was printed').waitFor();
  await look(page, 'logs-empty');
});
