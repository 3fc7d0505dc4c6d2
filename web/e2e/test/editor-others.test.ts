import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';
import { field, fileOf, pipelineOf, saveElsewhere, write } from '../harness/editor.js';

const ids = ['news', 'read', 'theirs', 'focus', 'gone', 'left', 'lost', 'signed-out', 'taken', 'viewed'];
const returns = pipelineOf('returns').replaceAll('\n', '\r\n');
const dashboard = useDashboard({ pipelines: { ...Object.fromEntries(ids.map((id) => [id, pipelineOf(id)])), returns } });

const isRead = (id: string) => (answer: { url(): string }) => answer.url().endsWith(`/api/pipelines/${id}?format=yaml`);

async function open(id: string, allow?: RegExp) {
  const page = await dashboard.open(`/pipelines/${id}?tab=file`, { allow });
  await page.getByText('Can be run').waitFor();
  return page;
}

/** Runs it; the page reads the pipeline again for that, and looks whether the file is still the same. */
async function runWhileOpen(page: Page, id: string) {
  const looked = page.waitForResponse(isRead(id));
  const execution = await dashboard.server.run(id);
  await until(async () => (await dashboard.server.ask<{ endTime: number | null }>('GET', `/api/executions/${execution}`)).endTime !== null, `the end of ${execution}`);
  await (await looked).finished();
}

test('Editor_stays_as_it_is_when_the_page_has_news_of_its_pipeline', async () => {
  const page = await open('news');
  await write(page, '# mine\n');
  await field(page).evaluate((element) => element.setAttribute('data-same', ''));
  await runWhileOpen(page, 'news');
  await runWhileOpen(page, 'news');
  expect(await page.getByText(/^Draft of/).count()).toBe(0);
  expect(await page.locator('[data-same]').count()).toBe(1);
  await page.keyboard.insertText('# more\n');
  await field(page).getByText('# more').waitFor();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(() => field(page).textContent()).not.toContain('# mine');
});

test('Newer_file_is_shown_where_nothing_is_written_and_told_of_where_something_is', async () => {
  const page = await open('theirs');
  await saveElsewhere(dashboard.server, 'theirs', `${pipelineOf('theirs')}# theirs\n`);
  await runWhileOpen(page, 'theirs');
  await field(page).getByText('# theirs').waitFor();
  await page.getByText('Saved', { exact: true }).waitFor();
  await write(page, '# mine\n');
  await saveElsewhere(dashboard.server, 'theirs', `${pipelineOf('theirs')}# newer\n`);
  await runWhileOpen(page, 'theirs');
  await page.getByText('Somebody else has changed this file').waitFor();
  await field(page).getByText('# mine').waitFor();
  await look(page, 'pipeline-file-outdated');
  await page.getByRole('button', { name: 'Save over it' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await fileOf(dashboard.server, 'theirs')).toMatch(/# theirs\n# mine\n$/);
});

test('Reading_again_what_somebody_else_has_written_can_be_undone', async () => {
  const page = await open('read', /412/);
  await write(page, '# mine\n');
  await saveElsewhere(dashboard.server, 'read', `${pipelineOf('read')}# theirs\n`);
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Read it again' }).click();
  await field(page).getByText('# theirs').waitFor();
  expect(await field(page).textContent()).not.toContain('# mine');
  await field(page).click();
  await page.keyboard.press('Control+z');
  await field(page).getByText('# mine').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await fileOf(dashboard.server, 'read')).toContain('# mine');
});

test('Tab_that_is_come_back_to_looks_what_another_one_has_saved', async () => {
  const page = await open('focus');
  const other = await dashboard.open('/pipelines/focus?tab=file', { beside: page });
  await other.getByText('Can be run').waitFor();
  await write(other, '# of the other tab\n');
  await other.keyboard.press('Control+s');
  await other.getByText('Saved', { exact: true }).waitFor();
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await field(page).getByText('# of the other tab').waitFor();
});

test('Text_of_a_pipeline_that_somebody_has_deleted_can_be_saved_anew', async () => {
  const page = await open('gone', /412|404/);
  await write(page, '# mine\n');
  await dashboard.server.ask('DELETE', '/api/pipelines/gone');
  await page.keyboard.press('Control+s');
  await page.getByText('Somebody else has deleted this pipeline').waitFor();
  await look(page, 'pipeline-file-deleted');
  await page.getByRole('button', { name: 'Save it anew' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await fileOf(dashboard.server, 'gone')).toContain('# mine');
});

test('Draft_of_a_pipeline_that_somebody_has_deleted_is_there_at_its_address', async () => {
  const page = await open('left', /404/);
  await write(page, '# mine\n');
  await page.getByRole('link', { name: 'History' }).first().click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await dashboard.server.ask('DELETE', '/api/pipelines/left');
  await page.goBack();
  await page.getByText('The pipeline could not be read.').waitFor();
  await field(page).getByText('# mine').waitFor();
  await look(page, 'pipeline-deleted-draft');
  await page.getByRole('button', { name: 'Save it anew' }).click();
  await page.getByRole('heading', { name: 'Pipeline left' }).waitFor();
  expect(await fileOf(dashboard.server, 'left')).toContain('# mine');
});

test('Save_whose_answer_is_lost_is_saved_by_the_next_try_and_is_no_conflict', async () => {
  const page = await open('lost', /Failed to load resource/);
  await write(page, '# mine\n');
  let isTried = false;

  // News of the file would show that it is saved before anybody tries again.
  await page.route('**/api/pipelines/lost?format=yaml', (route) => (isTried ? route.continue() : undefined));
  await page.route('**/api/pipelines/lost', async (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.keyboard.press('Control+s');
  await page.getByText('It was not saved.').waitFor();
  expect(await fileOf(dashboard.server, 'lost')).toContain('# mine');
  await page.unroute('**/api/pipelines/lost');
  isTried = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await page.getByText('Somebody else').count()).toBe(0);
});

test('Text_is_there_again_when_the_session_ended_while_it_was_saved', async () => {
  const page = await open('signed-out', /401/);
  await write(page, '# mine\n');
  await page.route('**/api/pipelines/signed-out', (route) => (route.request().method() === 'PUT' ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"code":"unauthenticated","detail":"Sign in."}' }) : route.continue()));
  await page.keyboard.press('Control+s');
  await page.waitForURL(/\/login/);
  await page.unroute('**/api/pipelines/signed-out');
  await page.goto(`${dashboard.server.address}/pipelines/signed-out?tab=file`);
  await field(page).getByText('# mine').waitFor();
});

test('Id_of_a_new_pipeline_that_is_there_already_is_told_and_the_text_stays', async () => {
  const page = await dashboard.open('/pipelines/new', { allow: /412/ });
  await page.getByRole('textbox', { name: 'Name' }).fill('Taken');
  await page.getByRole('button', { name: 'Write it' }).click();
  await page.getByText('Can be run', { exact: true }).waitFor();
  await write(page, '# mine\n');
  await page.keyboard.press('Control+s');
  await page.getByText('there is a pipeline of this id already').waitFor();
  await field(page).getByText('# mine').waitFor();
  expect(await fileOf(dashboard.server, 'taken')).toBe(pipelineOf('taken'));
});

test('File_with_returns_at_the_ends_of_its_lines_is_not_changed_by_being_looked_at_and_keeps_them', async () => {
  const page = await open('returns');
  await page.getByText('Saved', { exact: true }).waitFor();
  await write(page, '# mine\n');
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await fileOf(dashboard.server, 'returns')).toBe(`${returns}# mine\r\n`);
});

test('Text_that_is_longer_than_files_may_be_is_refused_with_what_it_may_be_and_stays', async () => {
  const page = await open('viewed', /413/);
  await field(page).evaluate((content) => {
    const data = new DataTransfer();
    data.setData('text/plain', '# more than that\n'.repeat(80_000));
    content.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.getByText(/^Not checked\. .* at most/).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByRole('alert').getByText(/at most/).waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await field(page).getByText('# more than that').first().waitFor();
});

test('Text_is_left_by_the_keyboard', async () => {
  const page = await open('viewed');
  await field(page).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect.poll(() => field(page).evaluate((content) => (content.getRootNode() as ShadowRoot).activeElement === null)).toBe(true);
});

test('New_pipeline_that_is_thrown_away_begins_anew', async () => {
  const page = await dashboard.open('/pipelines/new');
  await page.getByRole('button', { name: 'Write it' }).click();
  await write(page, '# not wanted\n');
  await page.getByRole('link', { name: 'Pipelines' }).first().click();
  await page.getByRole('heading', { name: 'Pipelines' }).waitFor();
  await page.getByRole('link', { name: 'New pipeline' }).click();
  await page.getByRole('button', { name: 'Throw away the draft' }).click();
  await page.getByRole('button', { name: 'Write it' }).click();
  await page.getByText('Can be run', { exact: true }).waitFor();
  expect(await field(page).textContent()).not.toContain('# not wanted');
});
