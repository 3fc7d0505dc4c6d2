import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, useDashboard } from '../harness/dashboard.js';

const dashboard = useDashboard({
  pipelines: {
    waits: 'id: waits\nname: Waits\nstages:\n  - { id: work, wait: { for: 10m } }\n',
    asks: 'id: asks\nname: Asks\nstages:\n  - { id: publish, name: Publish, type: data, triggers: { all: [ { approval: { message: "Publish it?" } } ] }, data: { value: "1" } }\n',
  },
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.tagName);

test('Focus_goes_on_to_what_takes_the_place_of_a_pressed_button', async () => {
  const id = await dashboard.server.run('waits');
  const page = await dashboard.open(`/executions/${id}`);
  await page.locator('[data-mode=live], [data-execution]').first().waitFor();
  await page.getByRole('button', { name: 'Cancel', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Let it run' }).waitFor();
  await look(page, 'execution-cancel-words');
  await dialog.getByRole('button', { name: 'Cancel the execution' }).press('Enter');
  await page.getByRole('button', { name: 'Run again' }).waitFor();
  await expect.poll(() => focused(page)).toBe('Retry');
  await expect.poll(() => page.getByRole('button', { name: 'Retry' }).isEnabled()).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pause', exact: true }).first().waitFor();
  await expect.poll(() => focused(page)).toBe('Pause');
  await look(page, 'execution-focus-kept');
});

test('Focus_stays_in_the_page_when_an_answered_question_goes_away', async () => {
  const id = await dashboard.server.run('asks');
  const page = await dashboard.open(`/executions/${id}`);
  await page.getByRole('button', { name: 'Approve' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).press('Enter');
  await page.locator('[data-approval]').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toBe('Timeline');
});

test('Escape_clears_the_search_of_stages_then_leaves_it_and_cancels_nothing', async () => {
  const id = await dashboard.server.run('waits');
  const page = await dashboard.open(`/executions/${id}`);
  await page.locator('[data-stage=work]').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('work');
  const search = page.getByRole('searchbox', { name: 'Search stages by name, key or content' });
  await page.keyboard.press('Escape');
  expect(await search.inputValue()).toBe('');
  expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).not.toBe('INPUT');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: /Resume/ }).first().waitFor();
  expect(await search.inputValue()).toBe('');
});
