import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const shell = (id: string, run: string) => `id: ${id}\nname: Pipeline ${id}\nstages:\n  - { id: only, type: shell, shell: { run: "${run}" } }\n`;
const dashboard = useDashboard({
  pipelines: {
    quick: shell('quick', 'echo quick'), fails: shell('fails', 'exit 3'),
    waits: 'id: waits\nname: Waits\nstages:\n  - { id: hold, type: wait, wait: { event: go } }\n',
  },
});
const statusOf = async (id: string) => (await dashboard.server.ask<{ status: string }>('GET', `/api/executions/${id}`)).status;
const ended = async (id: string) => until(async () => !['queued', 'running'].includes(await statusOf(id)), `${id} ends`);
const row = (id: string) => `[data-execution="${id}"]`;

test('History_follows_what_it_shows_and_offers_what_is_new', async () => {
  const first = await dashboard.server.run('waits');
  const second = await dashboard.server.run('waits');
  const page = await dashboard.open('/executions');
  await page.locator(row(first)).getByText('Running').waitFor();
  await page.locator(row(second)).getByText('Running').waitFor();
  await dashboard.server.ask('POST', `/api/executions/${first}/cancel`, {});
  await page.locator(row(first)).getByText('Cancelled').waitFor();
  expect(await page.locator('[data-execution]').nth(1).getAttribute('data-execution')).toBe(first);

  const third = await dashboard.server.run('quick');
  await page.getByRole('button', { name: '1 new · show' }).waitFor();
  expect(await page.locator(row(third)).count()).toBe(0);
  await look(page, 'history-new');
  await page.getByRole('button', { name: '1 new · show' }).click();
  await page.locator(row(third)).getByText('Completed').waitFor();
  expect(await page.getByRole('button', { name: /new · show/ }).count()).toBe(0);
});

test('History_offers_only_what_fits_its_filters', async () => {
  const page = await dashboard.open('/executions?status=failed&q=fails');
  await page.getByText('No execution fits these filters').waitFor();
  await ended(await dashboard.server.run('quick'));
  const failed = await dashboard.server.run('fails');
  await page.getByRole('button', { name: '1 new · show' }).click();
  await page.locator(row(failed)).getByText('Failed').waitFor();
  expect(await page.locator('[data-execution]').count()).toBe(1);
});

test('Pipeline_follows_its_executions_and_their_marks', async () => {
  await ended(await dashboard.server.run('quick'));
  const page = await dashboard.open('/pipelines/quick?tab=history');
  const marks = page.getByRole('main').getByRole('definition').first().getByRole('link', { name: /^Completed,/ });
  await marks.first().waitFor();
  const before = await marks.count();
  const id = await dashboard.server.run('quick');
  await expect.poll(() => marks.count()).toBe(before + 1);
  await page.getByRole('button', { name: '1 new · show' }).click();
  await page.locator(row(id)).getByText('Completed').waitFor();
});

test('Pipelines_follow_their_results_and_the_files_of_the_folder', async () => {
  const page = await dashboard.open('/pipelines');
  const marks = page.getByRole('listitem').filter({ hasText: 'Pipeline fails' }).getByRole('link', { name: /^Failed,/ });
  await page.getByRole('link', { name: 'Pipeline fails' }).waitFor();
  const before = await marks.count();
  await ended(await dashboard.server.run('fails'));
  await expect.poll(() => marks.count()).toBe(before + 1);
  writeFileSync(join(dashboard.server.folder, 'pipelines', 'by-hand.yaml'), shell('by-hand', 'echo hand'));
  await page.getByRole('link', { name: 'Pipeline by-hand' }).waitFor();
});
