import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, look, useDashboard } from '../harness/dashboard.js';

const dashboard = useDashboard();

test('Server_without_pipelines_says_what_one_is_and_leads_to_the_first', async () => {
  await examine(dashboard, 'overview-empty', '/', (page) => page.getByRole('link', { name: 'Write the first pipeline' }).waitFor());
  const page = await dashboard.open('/pipelines');
  await page.getByText('There are no pipelines yet').waitFor();
  await look(page, 'pipelines-empty');
  await page.getByRole('link', { name: 'Write the first one' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/pipelines/new');
});

test('Pipeline_that_has_never_run_says_so_and_leads_to_its_form', async () => {
  writeFileSync(join(dashboard.server.folder, 'pipelines', 'never.yaml'), 'id: never\nname: Never run\nstages:\n  - { id: only, type: data, data: { value: "1" } }\n');
  const page = await dashboard.open('/pipelines');
  await page.getByRole('link', { name: 'Never run' }).click();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('It has not run yet').waitFor();
  await look(page, 'pipeline-history-empty');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('never.yaml').waitFor();
  await look(page, 'pipeline-delete');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Run it' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
});

test('Workers_that_are_all_away_are_told_with_what_waits_for_one', async () => {
  await examine(dashboard, 'workers-empty', '/workers', (page) => page.getByText('No worker is here').waitFor(), {
    prepare: async (page) => void (await page.route('**/api/workers', (route) => route.fulfill({ json: { workers: [] } }))),
  });
});

test('Palette_that_knows_nothing_like_it_offers_to_search_the_history', async () => {
  const page = await dashboard.open('/executions');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^Search pages/ }).fill('zzzz');
  await expect.poll(() => page.getByRole('listbox', { name: 'Found' }).getByRole('option').allTextContents()).toEqual([expect.stringContaining('zzzz')]);
  await look(page, 'palette-search');
});
