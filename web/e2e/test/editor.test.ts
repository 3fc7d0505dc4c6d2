import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, useDashboard } from '../harness/dashboard.js';
import { field, fileOf, pipelineOf, saveElsewhere, write } from '../harness/editor.js';
import { shoot } from '../harness/screenshot.js';

const dashboard = useDashboard({ pipelines: Object.fromEntries(['tabs', 'link', 'thrown', 'outdated', 'complete'].map((id) => [id, pipelineOf(id)])) });

const back = (page: Page) => page.getByText(/^Draft of .*, not saved/);

test('Text_is_there_again_when_another_tab_of_the_pipeline_was_looked_at', async () => {
  const page = await dashboard.open('/pipelines/tabs?tab=file');
  await write(page, '# kept over tabs\n');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('canvas').first().waitFor();
  await page.getByRole('tab', { name: 'File' }).click();
  await field(page).getByText('# kept over tabs').waitFor();
  await back(page).waitFor();
  await look(page, 'pipeline-file-draft');
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await back(page).count()).toBe(0);
  expect(await fileOf(dashboard.server, 'tabs')).toContain('# kept over tabs');
});

test('Text_is_there_again_after_a_link_elsewhere_and_after_a_reload', async () => {
  const page = await dashboard.open('/pipelines/link?tab=file');
  page.on('dialog', (dialog) => void dialog.accept());
  await write(page, '# kept over links\n');
  await page.getByRole('link', { name: 'History' }).first().click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await page.goBack();
  await field(page).getByText('# kept over links').waitFor();
  await page.reload();
  await field(page).getByText('# kept over links').waitFor();
  await back(page).waitFor();

  const fresh = await dashboard.open('/pipelines/new');
  await fresh.getByRole('button', { name: 'Write it' }).click();
  await write(fresh, '# kept for later\n');
  await fresh.getByRole('link', { name: 'Pipelines' }).first().click();
  await fresh.getByRole('heading', { name: 'Pipelines' }).waitFor();
  await fresh.getByRole('link', { name: 'New pipeline' }).click();
  await field(fresh).getByText('# kept for later').waitFor();
  await back(fresh).waitFor();
});

test('New_pipeline_begins_with_a_name_and_a_template_that_can_be_run_and_the_editor_comes_when_it_is_written', async () => {
  const labels = ['A command', 'Stages side by side', 'An approval'];
  for (const label of labels) {
    const page = await dashboard.open('/pipelines/new');
    if (label === labels[0]) await look(page, 'pipeline-new');
    await page.getByRole('textbox', { name: 'Name' }).fill(`It's #1: "${label}"`);
    await page.getByRole('radio', { name: label }).check();
    await page.getByRole('button', { name: 'Write it' }).click();
    await page.getByText('Can be run', { exact: true }).waitFor();
    await field(page).getByText(`id: it-s-1-${label.toLowerCase().replaceAll(' ', '-')}`).waitFor();
  }
});

test('Draft_is_thrown_away_on_demand_alone', async () => {
  const page = await dashboard.open('/pipelines/thrown?tab=file');
  await write(page, '# not wanted\n');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('tab', { name: 'File' }).click();
  await page.getByRole('button', { name: 'Throw away the draft' }).click();
  await expect.poll(() => field(page).textContent()).not.toContain('# not wanted');
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('tab', { name: 'File' }).click();
  await field(page).getByText('echo first').waitFor();
  expect(await back(page).count()).toBe(0);
  expect(await field(page).textContent()).not.toContain('# not wanted');
});

test('Draft_of_a_file_that_somebody_has_changed_meanwhile_says_so_before_it_replaces_it', async () => {
  const page = await dashboard.open('/pipelines/outdated?tab=file');
  await write(page, '# mine\n');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await saveElsewhere(dashboard.server, 'outdated', `${pipelineOf('outdated')}# theirs\n`);
  await page.getByRole('tab', { name: 'File' }).click();
  await page.getByText('Somebody else has changed the file since').waitFor();
  await look(page, 'pipeline-file-draft-outdated');
  await field(page).click();
  await page.keyboard.press('Control+s');
  expect(await fileOf(dashboard.server, 'outdated')).toContain('# theirs');
  await page.getByRole('button', { name: 'Save over it' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await fileOf(dashboard.server, 'outdated')).toMatch(/# mine(?![^]*# theirs)/);
});

test.each(['light', 'dark'] as const)('Completion_and_problems_open_with_their_explanations_and_break_no_policy_in_%s', async (theme) => {
  const page = await dashboard.open('/pipelines/complete?tab=file', { theme });
  await write(page, '# more');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option').first().waitFor();
  await page.locator('.cm-completionInfo').first().waitFor();
  await shoot(page, 'pipeline-file-completion', theme, 1440);
  await page.keyboard.press('Escape');

  // By typing, taken by Enter; then by the mouse.
  await page.keyboard.type('concurr');
  await page.getByRole('option', { name: 'concurrency' }).waitFor();

  // A key that is pressed within 75 ms of the list's coming is not meant for it, as CodeMirror sees it.
  await page.waitForTimeout(150);
  await page.keyboard.press('Enter');
  await field(page).getByText('concurrency:').waitFor();
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: 'limit' }).click();
  await field(page).getByText('limit:').waitFor();

  // A check that comes meanwhile draws the places anew, under a pointer that stands still.
  await expect.poll(async () => {
    await page.mouse.move(0, 0);
    await page.locator('.cm-lintRange').first().hover();
    return page.locator('.cm-tooltip-lint').first().waitFor({ timeout: 2000 }).then(() => true, () => false);
  }).toBe(true);
  await shoot(page, 'pipeline-file-problem', theme, 1440);
  await page.locator('.cm-lint-marker').first().hover();
  await page.locator('.cm-tooltip .cm-diagnostic').first().waitFor();
});
