import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const pipelines = {
  say: `id: say
name: Say
onFailure: continue
stages:
  - { id: speak, shell: { run: "for n in $(seq 1 60); do echo word $n; done" } }
  - { id: give, needs: [speak], type: data, data: { value: '{"deep": ["a hidden treasure"]}' } }
  - { id: fall, needs: [speak], shell: { run: exit 3 } }
`,
  slow: 'id: slow\nname: Slow\nstages:\n  - { id: hold, type: wait, wait: { event: go } }\n  - { id: speak, needs: [hold], shell: { run: echo the long awaited word } }\n',
};
const dashboard = useDashboard({ pipelines });
const ended = (id: string) => until(async () => (await dashboard.server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, `the end of ${id}`);
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search stages by name, key or content' });
const isLeft = (page: Page, keys: string[]) => expect.poll(() => page.locator('[data-stage]').evaluateAll((all) => all.map((row) => row.getAttribute('data-stage')))).toEqual(keys);

test('Stages_are_found_by_what_they_printed_gave_back_and_failed_with', async () => {
  const id = await dashboard.server.run('say');
  await ended(id);
  const page = await dashboard.open(`/executions/${id}`);
  await box(page).fill('WORD 59');
  await page.locator('[data-content=whole]').getByText('In the content of 1 stage').waitFor();
  await isLeft(page, ['speak']);
  await look(page, 'search-content');
  for (const [text, key] of [['hidden treasure', 'give'], ['exited with 3', 'fall']] as const) {
    await box(page).fill(text);
    await isLeft(page, [key]);
  }
  await box(page).fill('said by nobody');
  await page.locator('[data-content=whole]').waitFor();
  await page.getByText('No stage fits').waitFor();
  await page.getByRole('button', { name: 'Show all stages' }).last().click();
  await isLeft(page, ['speak', 'give', 'fall']);
  expect(await page.locator('[data-content]').count()).toBe(0);

  await page.getByRole('button', { name: 'Gantt' }).click();
  await page.getByRole('searchbox', { name: 'Search stages by name, key or content' }).fill('word 59');
  await expect.poll(() => page.locator('[role=row][data-key]').evaluateAll((all) => all.map((one) => one.getAttribute('data-key')))).toEqual(['speak']);
  await look(page, 'search-content-gantt');
});

test('Search_that_fails_says_so_and_goes_on_while_stages_print', async () => {
  let isAway = true;
  const id = await dashboard.server.run('slow');
  const page = await dashboard.open(`/executions/${id}`, {
    allow: /Failed to load resource/,
    prepare: async (opened) => void (await opened.route('**/lines?**', (route) => (isAway ? route.abort() : route.continue()))),
  });
  await box(page).fill('awaited');
  await page.getByText('What stages printed could not be searched.').waitFor();
  await look(page, 'search-content-broken');
  isAway = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('[data-content=whole]').waitFor();
  await isLeft(page, []);
  await dashboard.server.ask('POST', '/api/events', { type: 'go' });
  await isLeft(page, ['speak']);
});
