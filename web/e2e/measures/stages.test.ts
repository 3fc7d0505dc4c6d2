import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { hold, measuring } from '../harness/budget.js';
import { until, useDashboard } from '../harness/dashboard.js';
import { median } from '../harness/loading.js';

const count = 10_000;

/** Numbers that look drawn, and are the same in every run. */
function random(seed: number) {
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

/** Ten thousand stages, each after two of the sixty before it: nothing in it can be folded. */
function net(): string {
  const next = random(7);
  const lines = ['id: net', 'name: Net', 'stages:'];
  for (let i = 0; i < count; i++) {
    const needs = i < 5 ? [] : [...new Set([0, 1].map(() => Math.max(0, i - 1 - Math.floor(next() * 60))))];
    lines.push(`  - { id: n${i}, type: data, needs: [${needs.map((n) => `n${n}`).join(', ')}], data: { value: "1" } }`);
  }
  return lines.join('\n');
}

let id = '';
const dashboard = useDashboard({
  pipelines: { net: net() },
  ready: async (server) => {
    id = await server.run('net');
    await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, 'ten thousand stages end', 100_000);
  },
});

/** Milliseconds from a click until something is there, by the page's own clock. */
async function opening(page: Page, button: string, there: string): Promise<number> {
  return page.evaluate(async ([button, there]) => {
    const target = [...document.querySelectorAll<HTMLElement>('[role=tab], button')].find((node) => node.textContent?.trim() === button)!;
    const begun = performance.now();
    target.click();
    while (!document.querySelector(there!)) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  }, [button, there]);
}

/** How long the page works for each frame while something is done, in milliseconds. */
async function frames(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const work: number[] = [];
    let isOn = true;
    Object.assign(window, { sgFrames: () => { isOn = false; return work; } });
    const channel = new MessageChannel();
    let began = 0;

    // A message that is sent within a frame arrives once that is laid out and painted.
    channel.port1.onmessage = () => work.push(performance.now() - began);
    const frame = () => {
      began = performance.now();
      channel.port2.postMessage(null);
      if (isOn) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await act();
  return page.evaluate(() => (window as unknown as { sgFrames: () => number[] }).sgFrames());
}

// A turn of the wheel a frame, as a hand does it.
async function wheel(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  for (let i = 0; i < 60; i++) {
    await page.mouse.wheel(0, i % 30 < 15 ? 90 : -90);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

const takes = 3;
const p95 = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;

test('Graph_of_ten_thousand_stages_opens_and_zooms_within_its_budgets', measuring, async () => {
  const opened: number[] = [];
  let page!: Page;
  for (let i = 0; i < takes; i++) {
    page = await dashboard.open(`/executions/${id}`);
    await page.getByText('10,000').first().waitFor();
    opened.push(await opening(page, 'Graph', '[role=listbox] [role=option]'));
  }
  const graph = page.getByRole('listbox', { name: 'Graph of Net' });
  const box = (await graph.boundingBox())!;
  const near = await frames(page, () => wheel(page, box.x + box.width / 2, box.y + box.height / 2));
  await page.getByRole('button', { name: 'Show all' }).click();
  const far = await frames(page, () => wheel(page, box.x + box.width / 2, box.y + box.height / 2));
  expect(near.length).toBeGreaterThan(20);
  hold(
    { what: 'opens, median', where: 'graph of 10,000 stages', value: median(opened), budget: 1000, unit: 'ms' },
    { what: 'zoom, work a frame, p95', where: 'graph, near', value: p95(near), budget: 16, unit: 'ms' },
    { what: 'zoom, work a frame, p95', where: 'graph, all of it', value: p95(far), budget: 16, unit: 'ms' },
  );
});

test('Gantt_of_ten_thousand_stages_opens_and_zooms_within_its_budgets', measuring, async () => {
  const opened: number[] = [];
  let page!: Page;
  for (let i = 0; i < takes; i++) {
    page = await dashboard.open(`/executions/${id}`);
    await page.getByText('10,000').first().waitFor();
    opened.push(await opening(page, 'Gantt', '[role=treegrid] [data-bar]'));
  }
  const axis = (await page.locator('[data-axis]').boundingBox())!;
  const work = await frames(page, () => wheel(page, axis.x + axis.width / 2, axis.y + 8));

  // Only what is seen is in the page.
  expect(await page.getByRole('treegrid').getByRole('row').count()).toBeLessThan(80);
  await page.getByRole('treegrid').evaluate((node) => { node.scrollTop = node.scrollHeight; });
  await expect.poll(() => page.getByRole('treegrid').getByRole('row', { name: /n9999/ }).count()).toBe(1);
  hold(
    { what: 'opens, median', where: 'Gantt chart of 10,000 stages', value: median(opened), budget: 1000, unit: 'ms' },
    { what: 'zoom, work a frame, p95', where: 'Gantt chart', value: p95(work), budget: 16, unit: 'ms' },
  );
});
