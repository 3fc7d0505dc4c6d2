import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const dashboard = useDashboard({
  pipelines: {
    quick: 'id: quick\nname: Quick one\nstages:\n  - { id: greet, type: shell, shell: { run: echo quick } }\n',
    asks: 'id: asks\nname: Asks first\nstages:\n  - { id: ship, name: Ship it, type: data, triggers: { all: [ { approval: { message: "Ship it?" } } ] }, data: { value: "1" } }\n',
  },
});

type Told = { told: string[]; isHidden: boolean };

/** A page whose notifications are written down, and which can be hidden from its reader. */
async function open(path: string, beside?: Page): Promise<Page> {
  return dashboard.open(path, {
    beside,
    prepare: async (page) => {
      await page.context().grantPermissions(['notifications']);
      await page.addInitScript(() => {
        const seen = Object.assign(window as unknown as Told, { told: [], isHidden: false });
        Object.defineProperty(document, 'hidden', { get: () => seen.isHidden });
        class Written {
          static permission = 'granted';
          static requestPermission = () => Promise.resolve('granted');
          constructor(title: string, { body }: { body: string }) {
            seen.told.push(`${title}: ${body}`);
          }
        }
        Object.assign(window, { Notification: Written });
      });
    },
  });
}

const hide = (page: Page) => page.evaluate(() => {
  (window as unknown as Told).isHidden = true;
  document.dispatchEvent(new Event('visibilitychange'));
});
const toldBy = async (...pages: Page[]) => (await Promise.all(pages.map((page) => page.evaluate(() => (window as unknown as Told).told)))).flat();

test('Pipeline_is_followed_from_its_own_page_until_it_is_not', async () => {
  const page = await open('/pipelines/quick');
  const stored = () => page.evaluate(() => localStorage.getItem('sightglass.notify'));
  const button = page.getByRole('button', { name: 'Notify me' });
  await button.click();
  await page.locator('button[aria-pressed=true]', { hasText: 'Notify me' }).waitFor();
  expect(await stored()).toBe('{"executions":[],"pipelines":["quick"]}');
  await button.click();
  await page.locator('button[aria-pressed=false]', { hasText: 'Notify me' }).waitFor();
  expect(await stored()).toBe('{"executions":[],"pipelines":[]}');
});

test('Followed_pipeline_is_told_of_from_any_page_and_by_one_of_the_tabs', async () => {
  const id = await dashboard.server.run('quick');
  const page = await open(`/executions/${id}`);
  await page.getByRole('button', { name: 'More for this execution' }).click();
  await page.getByText('Notify me about this pipeline').click();
  await until(async () => page.evaluate(() => localStorage.getItem('sightglass.notify') !== null), 'it is asked for');
  await page.goto(`${dashboard.server.address}/pipelines`);
  await page.locator('[data-connection=live]').waitFor();
  const other = await open('/executions', page);
  await other.locator('[data-connection=live]').waitFor();
  await hide(page);
  await hide(other);
  await until(async () => page.evaluate(async () => {
    const { held } = await navigator.locks.query();
    return held!.some((lock) => lock.name === 'sightglass.tells') && !held!.some((lock) => lock.name === 'sightglass.looked-at');
  }), 'a tab tells, and nobody looks');
  await dashboard.server.run('quick');
  await until(async () => (await toldBy(page, other)).length > 0, 'the end is told');
  expect(await toldBy(page, other)).toEqual(['Quick one completed: 1 of 1 stages completed.']);
});

test('Settings_list_what_is_followed_and_stop_it', async () => {
  const page = await open('/settings');
  await page.evaluate(() => localStorage.setItem('sightglass.notify', '{"executions":[],"pipelines":["asks"]}'));
  await page.reload();
  await page.getByRole('list', { name: 'What you follow' }).getByRole('link', { name: 'asks' }).waitFor();
  await look(page, 'settings-followed');
  await hide(page);
  await until(async () => page.evaluate(async () => (await navigator.locks.query()).held!.map((lock) => lock.name).join() === 'sightglass.tells'), 'the tab tells');
  await dashboard.server.run('asks');
  await until(async () => (await toldBy(page)).length > 0, 'the approval is told');
  expect(await toldBy(page)).toEqual(['Asks first waits for an approval: Ship it']);
  await page.getByRole('button', { name: 'Stop telling me of asks' }).click();
  await page.getByText('You follow nothing yet').waitFor();
  expect(await page.evaluate(() => localStorage.getItem('sightglass.notify'))).toBe('{"executions":[],"pipelines":[]}');
});
