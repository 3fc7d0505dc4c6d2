import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, useDashboard } from '../harness/dashboard.js';

const waits = 'id: waits\nname: Waits\nstages:\n  - { id: hold, type: wait, wait: { event: go } }\n';
let running = '';
const dashboard = useDashboard({
  pipelines: { waits },
  ready: async (server) => {
    running = await server.run('waits');
  },
});
const allow = /Failed to load resource|net::ERR|dynamically imported/;
const banner = (page: Page) => page.getByRole('region', { name: 'Connection' });

/** Opens a page, and waits until what it shows of an absent server is there. */
async function open(path: string, width?: number): Promise<Page> {
  let arrived: Promise<unknown> = Promise.resolve();
  const page = await dashboard.open(path, {
    allow, width,
    prepare: (page) => {
      arrived = page.waitForEvent('requestfinished', { predicate: (request) => request.url().includes('/NotShown'), timeout: 20_000 });
      return Promise.resolve();
    },
  });
  await page.locator('[data-connection=live], [data-connection=polling]').waitFor();
  await arrived;
  return page;
}

test('Page_that_is_gone_to_while_the_server_is_away_says_so_within_the_frame_and_comes_by_itself_afterwards', async () => {
  const page = await open('/');
  await dashboard.server.stop('SIGKILL');
  await page.getByRole('navigation', { name: 'Pages' }).first().getByRole('link', { name: 'Workers' }).click();
  await page.getByRole('heading', { name: 'This page could not be shown' }).first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/workers');
  await banner(page).waitFor();
  await look(page, 'offline-page');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'This page could not be shown' }).first().waitFor();
  await dashboard.server.start();
  await page.getByRole('heading', { level: 1, name: 'Workers' }).waitFor();
});

test('Every_page_says_once_that_the_server_is_away_and_stops_its_clocks', async () => {
  const paths = ['/', '/pipelines', '/pipelines/waits', '/running', '/executions', '/monitoring', '/workers', '/settings', `/compare?left=${running}&right=${running}`];
  const pages = await Promise.all(paths.map((path) => open(path)));
  const viewer = await dashboard.open(`/executions/${running}`, { allow });
  await viewer.getByRole('button', { name: 'Refresh' }).waitFor();
  await dashboard.server.stop('SIGKILL');
  for (const [i, page] of pages.entries()) {
    await banner(page).getByText(/The server does not answer\. What is shown may be old \(as of \d\d:\d\d:\d\d\)\./).waitFor();
    expect(await page.locator('main').getByText(/server does not answer|Not up to date/).count(), paths[i]).toBe(0);
    expect(await page.getByRole('status').allTextContents(), paths[i]).toContain('The server does not answer. What is shown may be old.');
  }
  expect(await banner(viewer).count()).toBe(0);
  await viewer.getByRole('button', { name: 'Reconnect now' }).waitFor();

  const onRunning = pages[paths.indexOf('/running')]!;
  const stands = await onRunning.getByRole('timer').textContent();
  await onRunning.waitForTimeout(2500);
  expect(await onRunning.getByRole('timer').textContent()).toBe(stands);
  const names = ['overview', 'pipelines', 'pipeline', 'running', 'history', 'monitoring', 'workers', 'settings', 'compare'];
  for (const [i, page] of pages.entries()) await look(page, `offline-${names[i]}`);

  await banner(onRunning).getByRole('button', { name: 'Try now' }).press('Enter');
  await dashboard.server.start();
  await expect.poll(() => banner(onRunning).count()).toBe(0);
  expect(await onRunning.evaluate(() => document.activeElement?.id)).toBe('main');
  await expect.poll(() => onRunning.getByRole('status').allTextContents()).toContain('The server answers again.');
  await expect.poll(() => onRunning.getByRole('timer').textContent()).not.toBe(stands);
});
