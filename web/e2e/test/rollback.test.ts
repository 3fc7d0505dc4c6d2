import type { Download } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const pipelines = {
  deploy: `id: deploy
name: Deploy
onFailure: rollback
inputs:
  word: { type: string, default: one }
stages:
  - { id: database, name: Migrate the database of the whole shop and of everything that anybody has ever put into it, shell: { run: echo there }, undo: { shell: { run: echo back } } }
  - { id: services, name: Start services, needs: [database], forEach: [web, api, mail], shell: { run: echo started }, undo: { shell: { run: echo stopped } } }
  - { id: cache, name: Warm the cache, needs: [database], shell: { env: { WORD: "\${{ inputs.word }}" }, run: echo "$WORD" }, undo: { shell: { run: exit 3 } } }
  - { id: check, name: Check, needs: [services, cache], shell: { run: echo wrong; exit 1 } }
`,
};

interface Event { seq: number; type: string; stage?: string }

const ids: string[] = [];
let events: Event[] = [];
const dashboard = useDashboard({
  pipelines,
  ready: async (server) => {
    for (const word of ['one', 'two']) {
      const id = await server.run('deploy', { input: { word } });
      await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, 'the execution ends');
      ids.push(id);
    }
    events = (await server.ask<{ events: Event[] }>('GET', `/api/executions/${ids[0]!}/events`)).events;
  },
});
const open = (query = '') => dashboard.open(`/executions/${ids[0]!}${query}`);
const shown = { database: 'Rolled back', services: 'Rolled back', cache: 'Rollback failed', check: 'Failed' };

test('Stages_whose_work_was_taken_back_say_so_in_the_timeline_and_in_the_Gantt_chart', async () => {
  const page = await open();
  for (const [key, label] of Object.entries(shown)) await page.locator(`[data-stage=${key}]`).getByText(label, { exact: true }).waitFor();
  await page.locator('[data-stage=services]').getByText('3 rolled back').waitFor();
  await look(page, 'viewer-rollback');
  await page.getByRole('button', { name: 'Gantt', exact: true }).click();
  await page.locator('[role=row][data-key=database][data-status="undo.completed"]').getByText('· ↶ rolled back').waitFor();
  await page.locator('[role=row][data-key=cache][data-status="undo.failed"]').getByText('· ! rollback failed').waitFor();
  await page.getByLabel('State', { exact: true }).selectOption({ label: 'Rollback failed' });
  await expect.poll(() => page.locator('[role=row][data-key]').count()).toBe(1);
});

test('Graph_and_inspector_say_what_was_taken_back_and_why_it_was_not', async () => {
  const page = await open('?tab=graph&stage=cache');
  await page.locator('[data-undo=failed]').getByText('exited with 3').waitFor();
  await page.getByRole('button', { name: /list/i }).first().click();
  const rows = page.getByRole('region', { name: 'Stages as a list' }).getByRole('row');
  await rows.filter({ hasText: 'Migrate the database' }).getByText('Rolled back').waitFor();
  await rows.filter({ hasText: 'Warm the cache' }).getByText('Rollback failed').waitFor();
});

test('Moment_before_the_rollback_shows_the_work_as_it_stood_then', async () => {
  const failed = events.find(({ type, stage }) => type === 'stage.failed' && stage === 'check')!.seq;
  const page = await open(`?tab=replay&at=${failed}`);
  await page.locator('[data-stage=database]').getByText('Completed', { exact: true }).waitFor();
});

test('Log_of_a_moment_is_downloaded_as_it_stood_then', async () => {
  const at = events.find(({ type, stage }) => type === 'stage.completed' && stage === 'database')!.seq;
  const page = await open(`?tab=replay&look=logs&at=${at}`);
  await page.getByRole('button', { name: 'Download' }).click();
  const item = page.getByRole('menuitem', { name: 'The log up to this moment' });
  const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
  expect(download.suggestedFilename()).toBe(`${ids[0]!}-at-${at}.log`);
  const text = await textOf(download);
  expect(text).toMatch(/database#1 .* there\n$/);
  expect(text).not.toContain('started');
});

test('Comparison_has_heads_that_name_each_side_and_whole_names_for_what_is_cut', async () => {
  const page = await dashboard.open(`/compare?left=${ids[0]!}&right=${ids[1]!}`);
  const heads = page.locator('[data-heads]');
  for (const [name, id] of [['Left', ids[0]!], ['Right', ids[1]!]] as const) {
    await heads.getByText(id.slice(-8)).waitFor();
    expect(await heads.getByTitle(id).textContent()).toContain(name);
  }
  await page.getByLabel('Only those that differ').uncheck();
  const summary = page.locator('summary', { hasText: 'Migrate the database' });
  expect(await summary.getAttribute('title')).toContain('put into it (database)');
  await page.getByText('Rollback failed').first().waitFor();
  await page.locator('#stage-services > summary').getByText('Rolled back').first().waitFor();
  await look(page, 'compare-heads');
  await page.getByRole('button', { name: /To where they part/ }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Warm the cache');
  await page.getByRole('group', { name: 'Output' }).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  for (const side of ['Left', 'Right']) await summary.getByText(side).waitFor();

  // What is cut is shown whole to who comes by keyboard.
  await page.keyboard.press('Tab');
  await summary.focus();
  expect(await summary.evaluate((element) => getComputedStyle(element, '::before').content)).toContain('put into it');
});

async function textOf(download: Download): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString();
}
