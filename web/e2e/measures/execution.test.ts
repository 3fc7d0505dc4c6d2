import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { hold, measuring } from '../harness/budget.js';
import { until, useDashboard } from '../harness/dashboard.js';
import { median } from '../harness/loading.js';

const dashboard = useDashboard();

interface Report {
  type: string;
  stage: string;
  data?: object;
}

/** Begins an execution that the test itself reports, so that what happens when is the test's. */
async function begin(stages: readonly { id: string; needs?: string[] }[]): Promise<string> {
  const pipeline = { id: `reported-${stages.length}`, name: 'Reported', stages: stages.map((stage) => ({ type: 'step', ...stage })) };
  return (await dashboard.server.ask<{ executionId: string }>('POST', '/api/executions', { pipeline })).executionId;
}

const report = (id: string, ...events: Report[]) => dashboard.server.ask<{ last: number }>('POST', `/api/executions/${id}/events`, { events });
const seqOf = async (page: Page) => Number(await page.locator('[data-seq]').getAttribute('data-seq'));
const isLive = (page: Page) => page.locator('header [data-mode=LIVE]').waitFor();
const percentile = (values: readonly number[], share: number) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;

test('Ten_thousand_stages_open_within_a_second', measuring, async () => {
  // Chains of ten, a thousand beside each other.
  const stages = Array.from({ length: 10_000 }, (_, i) => ({ id: `s${i}`, ...(i % 10 > 0 && { needs: [`s${i - 1}`] }) }));
  const id = await begin(stages);
  for (let from = 0; from < 5000; from += 500) await report(id, ...stages.slice(from, from + 500).flatMap(({ id: stage }) => [{ type: 'stage.started', stage }, { type: 'stage.completed', stage, data: { output: null } }]));
  const taken: number[] = [];
  for (let i = 0; i < 5; i++) {
    const page = await dashboard.open(`/executions/${id}`, {
      prepare: async (next) => {
        await next.addInitScript(() => {
          const seen = new MutationObserver(() => {
            if (!document.querySelector('[data-stage]')) return;
            seen.disconnect();
            requestAnimationFrame(() => setTimeout(() => Object.assign(window, { shownAt: performance.now() })));
          });
          seen.observe(document, { childList: true, subtree: true });
        });
      },
    });
    taken.push(await page.waitForFunction(() => (window as unknown as { shownAt?: number }).shownAt).then((handle) => handle.jsonValue() as Promise<number>));
    expect(await page.locator('[data-timeline] [role=list]').evaluate((list) => list.clientHeight)).toBe(520_000);
    expect(await page.locator('[data-stage]').count()).toBeLessThan(60);

    // Each of them is there, also the last.
    await page.locator('[data-timeline]').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.locator('[data-stage=s9999]').waitFor();
    await page.context().close();
  }
  hold({ what: 'opens, median', where: 'execution of 10,000 stages', value: median(taken), budget: 1000, unit: 'ms' });
});

test('Event_is_on_screen_within_a_tenth_of_a_second', measuring, async () => {
  const id = await begin([{ id: 'speak' }]);
  const page = await dashboard.open(`/executions/${id}?stage=speak`);
  await isLive(page);
  await page.evaluate(() => {
    const shown: [seq: number, at: number][] = [];
    const place = document.querySelector('[data-seq]')!;
    new MutationObserver(() => {
      const seq = Number(place.getAttribute('data-seq'));
      requestAnimationFrame(() => setTimeout(() => shown.push([seq, Date.now()])));
    }).observe(place, { attributes: true, attributeFilter: ['data-seq'] });
    Object.assign(window, { shown });
  });
  await report(id, { type: 'stage.started', stage: 'speak' });
  let last = 0;
  for (let i = 0; i < 150; i++) {
    ({ last } = await report(id, { type: 'stage.output', stage: 'speak', data: { text: `line ${i}\n` } }));

    // Out of step with whatever beats in the page.
    await new Promise((resolve) => setTimeout(resolve, 17 + ((i * 29) % 41)));
  }
  await until(async () => (await seqOf(page)) === last, 'all events are shown');
  const shown = await page.waitForFunction((end) => {
    const list = (window as unknown as { shown: [number, number][] }).shown;
    return list.at(-1)?.[0] === end && list;
  }, last).then((handle) => handle.jsonValue() as Promise<[number, number][]>);
  const { events } = await dashboard.server.ask<{ events: { seq: number; time: string; type: string }[] }>('GET', `/api/executions/${id}/events?limit=10000`);
  const delays = events.filter(({ type }) => type === 'stage.output').map(({ seq, time }) => shown.find(([known]) => known >= seq)![1] - Date.parse(time));
  expect(delays).toHaveLength(150);
  hold({ what: 'event to pixel, p95', where: 'execution that runs', value: percentile(delays, 0.95), budget: 100, unit: 'ms' });
});

test('A_thousand_chunks_a_second_leave_half_of_the_main_thread', measuring, async () => {
  const id = await begin([{ id: 'speak' }, { id: 'after', needs: ['speak'] }]);
  const page = await dashboard.open(`/executions/${id}?stage=speak`);
  await isLive(page);
  await report(id, { type: 'stage.started', stage: 'speak' });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value;
  const batch = Array.from({ length: 50 }, (_, i) => ({ type: 'stage.output', stage: 'speak', data: { text: `a line of some length that a stage prints, number ${i}\n` } }));
  const seconds = 6;
  const before = await busy();
  const start = Date.now();
  let last = 0;
  for (let sent = 0; sent < seconds * 20; sent++) {
    const wait = start + sent * 50 - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    ({ last } = await report(id, ...batch));
  }
  await until(async () => (await seqOf(page)) === last, 'all events are shown');
  const taken = (Date.now() - start) / 1000;
  const share = (100 * (await busy() - before)) / taken;
  hold(
    { what: 'main thread busy', where: '1,000 chunks a second', value: share, budget: 50, unit: '%' },
    { what: 'time for 6 s of chunks', where: '1,000 chunks a second', value: taken, budget: 7, unit: 's' },
  );
  expect(await page.locator('footer [data-mode]').textContent()).toContain(`${last.toLocaleString('en-US')} of ${last.toLocaleString('en-US')} events`);
});
