import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { hold, measuring } from '../harness/budget.js';
import { until, useDashboard } from '../harness/dashboard.js';

const million = `id: million
stages:
  - id: print
    type: shell
    output: { maxBytes: 400000000 }
    shell: { run: "seq 1 1000000 | awk '{ print \\"line \\" $1 \\" \\\\033[32mok\\\\033[0m the quick brown fox \\" $1 % 97 }'" }
`;

let id = '';
const dashboard = useDashboard({
  pipelines: { million },
  ready: async (server) => {
    id = await server.run('million');
    await until(async () => (await server.ask('GET', `/api/executions/${id}`))['endTime'] !== null, 'a million lines are printed', 100_000);
  },
});

const open = (more = '', beside?: Page) => dashboard.open(`/executions/${id}?tab=logs${more}`, { beside });
const list = (page: Page) => page.getByRole('log', { name: 'Log lines' });
const row = (page: Page, text: string) => list(page).locator('.log-row', { hasText: text }).first();
const scrollTo = (page: Page, part: number) => list(page).evaluate((element, to) => { element.scrollTop = to * element.scrollHeight; }, part);

test('A_million_lines_scroll_at_60_frames_a_second_in_a_memory_that_stays_flat', { ...measuring, timeout: 180_000 }, async () => {
  const page = await open();
  await row(page, 'line 1000000 ').waitFor();
  await page.getByText('1,000,000 lines').waitFor();
  await scrollTo(page, 0);
  await row(page, 'line 1 ').waitFor();
  const cdp = await page.context().newCDPSession(page);

  // Time of the page's own thread: what else the machine does meanwhile does not count.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const work = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  const frames: number[] = [];
  let blank = 0;
  for (let i = 0; i < 200; i++) {
    const before = await work();
    blank += await list(page).evaluate((element) => new Promise<number>((done) => {
      element.scrollBy(0, 100);
      requestAnimationFrame(() => {
        // Behind the frame: what was scrolled to is laid out and drawn.
        const { port1, port2 } = new MessageChannel();
        port2.onmessage = () => done(element.querySelectorAll('.log-absent').length);
        port1.postMessage(null);
      });
    }));
    frames.push((await work()) - before);
  }
  const frame = frames.toSorted((x, y) => x - y)[Math.floor(frames.length * 0.95)]!;
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    return ((await cdp.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize / 1e6;
  };
  const before = await heap();
  for (let i = 1; i <= 200; i++) {
    await scrollTo(page, i / 200);
    if (i % 10 === 0) await until(async () => (await list(page).locator('.log-absent').count()) === 0, 'the lines are there');
  }
  await row(page, 'line 1000000 ').waitFor();
  const grown = (await heap()) - before;
  expect(blank).toBe(0);
  hold(
    { what: 'work of a frame, p95', where: 'a million lines, scrolled', value: frame, budget: 16.7, unit: 'ms' },
    { what: 'memory more at the end', where: 'a million lines, all of them', value: Math.max(0, grown), budget: 5, unit: 'MB' },
  );
});

test('Hit_of_a_search_is_shown_and_so_is_the_next_one', async () => {
  const page = await open();
  await page.getByText('1,000,000 lines').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('line 77777');
  await page.getByText(/1 of 11$/).waitFor();
  await row(page, 'line 77777 ').locator('mark').first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('2 of 11').waitFor();
  await row(page, 'line 777770 ').waitFor();
  await page.keyboard.press('Shift+Enter');
  await page.getByText('1 of 11').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('mark').count()).toBe(0);
});

test('Line_has_a_link_that_leads_to_it', async () => {
  const page = await open('&line=500000');
  await list(page).locator('.log-current', { hasText: 'line 500000 ' }).waitFor();
  await list(page).getByRole('link', { name: '500003', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('line')).toBe('500003');
  const again = await dashboard.open(new URL(page.url()).pathname + new URL(page.url()).search, { beside: page });
  await list(again).locator('.log-current', { hasText: 'line 500003 ' }).waitFor();
});
