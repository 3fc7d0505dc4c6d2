import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until, useDashboard } from '../harness/dashboard.js';
import { mode, parallelPipeline, seqOf, talkPipeline, useExecutions } from '../harness/executions.js';

const dashboard = useDashboard({ pipelines: { parallel: parallelPipeline, talk: talkPipeline } });
const { agrees, ended, open, run, state, talk } = useExecutions(dashboard);

declare global {
  interface Window {
    look(hidden: boolean): void;
    told: string[];
  }
}

// Tabs that a program drives all count as seen: each is told whether it is. How many connections they have is the browser's.
const prepare = async (page: Page): Promise<void> => void await page.addInitScript(() => {
  let isHidden = false;
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  window.look = (hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  };
  window.told = [];
  Object.assign(window, {
    Notification: class {
      static permission = 'granted';
      constructor(title: string) {
        window.told.push(title);
      }
    },
  });
});
const look = (page: Page, hidden: boolean) => page.evaluate((h) => window.look(h), hidden);
const tell = (type: string) => dashboard.server.ask('POST', '/api/events', { type });
const waiting = async () => {
  const id = await run('parallel', false);
  await until(async () => (await state(id)).stages.filter(({ status }) => status === 'waiting').length >= 3, `${id} waits`);
  return id;
};

test('Ninth_tab_opens_at_once_and_is_live_while_eight_show_executions_that_run', { timeout: 180_000 }, async () => {
  const tabs: { id: string; page: Page }[] = [];
  for (let i = 0; i < 8; i++) {
    const id = await waiting();
    const page = await open(id, '', { prepare, beside: tabs[0]?.page });
    await mode(page, 'LIVE');
    tabs.push({ id, page });
    await look(page, true);
  }
  const talking = await talk();
  const ninth = await open(talking.id, '', { prepare, beside: tabs[0]!.page });
  await mode(ninth, 'LIVE');
  const before = await seqOf(ninth);
  await expect.poll(() => seqOf(ninth)).toBeGreaterThan(before + 5);

  // Nobody sees them, and they go on.
  await tell('left');
  for (const { id, page } of tabs) await agrees(page, id);

  await look(ninth, true);
  for (const { id, page } of tabs.slice(2, 5)) {
    await look(page, false);
    await mode(page, 'LIVE');
    await agrees(page, id);
    await look(page, true);
  }
  await tell('middle');
  await tell('right');
  for (const { id, page } of tabs) {
    await ended(id);
    await look(page, false);
    await mode(page, 'Ended');
    await agrees(page, id);
    await look(page, true);
  }
  await talking.stop();
  await look(ninth, false);
  await agrees(ninth, talking.id);
});

test('Tab_that_nobody_sees_tells_what_it_was_asked_to_tell', async () => {
  const id = await waiting();
  const page = await open(id, '', {
    async prepare(tab) {
      await prepare(tab);
      await tab.addInitScript((execution) => localStorage.setItem('sightglass.notify', JSON.stringify({ executions: [execution] })), id);
    },
  });
  await mode(page, 'LIVE');
  await look(page, true);
  await mode(page, 'Polling');
  for (const event of ['left', 'middle', 'right']) await tell(event);
  await expect.poll(() => page.evaluate(() => window.told), { timeout: 30_000 }).toEqual(['Three beside each other completed']);
  expect(await page.title()).toMatch(/^✓ /);
});

test('Foot_says_how_many_watch_where_more_than_one_does', async () => {
  const id = await waiting();
  const alone = await open(id);
  await mode(alone, 'LIVE');
  const shown = alone.locator('footer [data-watching]');
  expect(await shown.count()).toBe(0);
  const other = await open(id);
  await alone.getByText('2 watching').waitFor();
  await other.getByText('2 watching').waitFor();
  await other.context().close();
  await shown.waitFor({ state: 'detached' });
});
