import { expect, test } from 'vitest';
import { examine, look, until, useDashboard } from '../harness/dashboard.js';

const pipelines = {
  hello: `id: hello
name: Say hello
version: 2
description: Greets somebody.
inputs:
  name: { type: string, default: World, description: Whom to greet. }
  times: { type: integer, required: true }
stages:
  - { id: greet, name: Greet, type: shell, shell: { run: echo hello } }
  - { id: shout, needs: [greet], type: data, data: { value: "'HELLO'" } }
`,
  quick: 'id: quick\nname: Quick one\nstages:\n  - { id: greet, type: shell, shell: { run: echo quick } }\n',
  fails: 'id: fails\nname: Fails\nstages:\n  - { id: fall, type: shell, shell: { run: "echo it broke >&2; exit 3" } }\n',
  waits: 'id: waits\nname: Waits\nstages:\n  - { id: first, type: data, data: { value: "1" } }\n  - { id: hold, needs: [first], name: Hold on, type: wait, wait: { event: go } }\n',
  // Behind the first three by its name: the guide of the first visit offers those.
  sign: 'id: sign\nname: Sign off\nstages:\n  - { id: build, type: data, data: { value: "1" } }\n  - { id: publish, needs: [build], name: Publish, type: data, triggers: { all: [ { approval: { message: "Publish it?" } } ] }, data: { value: "1" } }\n',
  broken: 'id: broken\nstagse:\n  - { id: a }\n',
};
const dashboard = useDashboard({ pipelines });
const row = (id: string) => `[data-execution="${id}"]`;
const ended = async (id: string) => until(async () => !['queued', 'running'].includes((await dashboard.server.ask<{ status: string }>('GET', `/api/executions/${id}`)).status), `${id} ends`);

test('First_visit_offers_to_start_something_and_opens_it', async () => {
  await examine(dashboard, 'overview-first-run', '/', (page) => page.getByText('Run something and watch it').waitFor());
  await examine(dashboard, 'history-empty', '/executions', (page) => page.getByText('Nothing has run yet').waitFor());
  await examine(dashboard, 'running-empty', '/running', (page) => page.getByText('Nothing runs now').waitFor());
  await examine(dashboard, 'monitoring-empty', '/monitoring', (page) => page.getByText('Nothing to watch').waitFor());
  const page = await dashboard.open('/');
  await page.getByRole('listitem').filter({ hasText: 'Quick one' }).getByRole('button', { name: 'Start' }).click();
  await page.waitForURL(/\/executions\/[0-9a-f-]{36}/);
});

test('Pipelines_are_listed_with_their_results_and_what_is_wrong_with_them', async () => {
  for (let i = 0; i < 3; i++) await ended(await dashboard.server.run('quick'));
  await ended(await dashboard.server.run('fails'));
  await examine(dashboard, 'pipelines', '/pipelines', async (page) => {
    await page.getByText('2 problems').waitFor();
    await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'Quick one' }).getByRole('link', { name: /^Completed,/ }).count()).toBeGreaterThanOrEqual(3);
    await page.getByRole('listitem').filter({ hasText: 'Fails' }).getByRole('link', { name: /^Failed,/ }).waitFor();
  });
  const page = await dashboard.open('/pipelines');
  await page.keyboard.press('/');
  await page.keyboard.type('somebody greets');
  await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
  await page.getByRole('searchbox', { name: 'Search pipelines' }).fill('nothing like it');
  await page.getByText('No pipeline has these words').waitFor();
});

test('Run_form_tells_what_is_missing_and_starts_the_pipeline_by_keys', async () => {
  const page = await dashboard.open('/pipelines/hello');
  await page.getByLabel('times').press('Control+Enter');
  await page.getByText('This input is required.').waitFor();
  await expect.poll(() => page.getByLabel('times').evaluate((field) => field === document.activeElement)).toBe(true);
  await look(page, 'pipeline-run-missing');
  await page.keyboard.type('3');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/executions\/[0-9a-f-]{36}/);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const state = await dashboard.server.ask<{ pipelineId: string; input: unknown }>('GET', `/api/executions/${id}`);
  expect(state).toMatchObject({ pipelineId: 'hello', input: { name: 'World', times: 3 } });
});

test('Double_click_starts_one_execution', async () => {
  const runs = async () => (await dashboard.server.ask<{ total: number }>('GET', '/api/executions/history?pipeline=quick')).total;
  const before = await runs();
  const keys: (string | undefined)[] = [];
  const page = await dashboard.open('/pipelines/quick', {
    prepare: async (opened) => void (await opened.route('**/api/pipelines/quick/run', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      await route.continue();
    })),
  });
  await page.getByRole('button', { name: 'Run', exact: true }).dblclick();
  await page.waitForURL(/\/executions\/[0-9a-f-]{36}/);
  await page.locator('[data-stage=greet][data-status=completed]').waitFor();
  expect(await runs()).toBe(before + 1);
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Control+Enter');
  await expect.poll(runs).toBe(before + 2);
  expect(keys.length).toBe(2);
  expect(new Set(keys.filter(Boolean)).size).toBe(2);
});

test('Pipeline_shows_its_graph_its_executions_and_a_file_that_can_be_mended', async () => {
  await ended(await dashboard.server.run('quick'));
  await examine(dashboard, 'pipeline-history', '/pipelines/quick?tab=history', (page) => page.getByRole('row').nth(1).waitFor());
  await examine(dashboard, 'pipeline-graph', '/pipelines/hello?tab=graph', (page) => page.locator('canvas').first().waitFor());
  await examine(dashboard, 'pipeline-file', '/pipelines/hello?tab=file', (page) => page.getByText('Can be run').waitFor());

  const page = await dashboard.open('/pipelines/broken?tab=file');
  await page.getByText(/2:1/).waitFor();
  await look(page, 'pipeline-file-broken');
  await page.getByRole('textbox', { name: 'Pipeline file' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('id: broken\nname: Mended\nstages:\n  - id: a\n    type: data\n    data: { value: "1" }\n');
  await page.getByText('Can be run').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Mended' }).waitFor();
});

test('File_that_somebody_else_has_changed_is_not_written_over', async () => {
  const page = await dashboard.open('/pipelines/quick?tab=file', { allow: /412/ });
  await page.getByText('Can be run').waitFor();
  const other = 'id: quick\nname: Quick one\nstages:\n  - { id: greet, type: shell, shell: { run: echo other } }\n';
  await page.getByRole('textbox', { name: 'Pipeline file' }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('# mine\n');
  await page.getByRole('textbox', { name: 'Pipeline file' }).getByText('# mine').waitFor();
  await fetch(`${dashboard.server.address}/api/pipelines/quick`, { method: 'PUT', headers: { 'content-type': 'application/yaml', 'if-match': '*' }, body: other });
  await page.keyboard.press('Control+s');
  await page.getByText('Somebody else has changed this file').waitFor();
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByText('echo other').waitFor();
});

test('Pipeline_that_is_not_there_says_so', async () => {
  const page = await dashboard.open('/pipelines', { allow: /404/ });
  await page.goto(`${dashboard.server.address}/pipelines/gone`);
  await page.getByText('The pipeline could not be read.').waitFor();
  await look(page, 'pipeline-not-found');
});

test('History_is_narrowed_by_its_address_and_views_are_kept', async () => {
  const id = await dashboard.server.run('quick', { labels: { team: 'docs' } });
  await ended(id);
  await ended(await dashboard.server.run('fails'));
  await examine(dashboard, 'history', '/executions', (page) => page.locator(row(id)).waitFor());
  const page = await dashboard.open('/executions?label=team%3Ddocs&since=24h');
  await page.locator(row(id)).waitFor();
  await expect.poll(() => page.locator('[data-execution]').count()).toBe(1);
  await page.getByRole('button', { name: 'Save this view' }).click();
  await page.getByLabel('Name').fill('Docs');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Docs' }).waitFor();
  await page.getByRole('button', { name: 'Failed' }).click();
  await page.getByText('No execution fits these filters').waitFor();
  expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
  await page.reload();
  await page.getByText('No execution fits these filters').waitFor();
  await page.getByRole('link', { name: 'Docs' }).click();
  await page.locator(row(id)).waitFor();
});

test('History_is_narrowed_by_several_labels_with_the_keyboard', async () => {
  const both = await dashboard.server.run('quick', { labels: { area: 'docs', note: 'a,b & c' } });
  const one = await dashboard.server.run('quick', { labels: { area: 'docs' } });
  await ended(both);
  await ended(one);
  const page = await dashboard.open('/executions');
  await page.getByLabel('Label', { exact: true }).fill('area=docs');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-execution]').count()).toBe(2);
  await page.keyboard.type('note=a,b & c');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-execution]').count()).toBe(1);
  await page.locator(row(both)).waitFor();
  expect(new URL(page.url()).searchParams.getAll('label')).toEqual(['area=docs', 'note=a,b & c']);
  await look(page, 'history-labels');
  await page.reload();
  await page.locator(row(both)).waitFor();
  await page.getByLabel('Label', { exact: true }).press('Backspace');
  await page.locator(row(one)).waitFor();
  await page.getByRole('button', { name: 'Without the label area=docs' }).click();
  await expect.poll(() => page.url()).not.toContain('label');
});

test('Many_executions_are_acted_on_at_once', async () => {
  const ids = [await dashboard.server.run('waits'), await dashboard.server.run('waits')];
  const page = await dashboard.open('/executions?pipeline=waits');
  for (const id of ids) await page.locator(row(id)).getByRole('checkbox').check();
  await page.getByRole('link', { name: 'Compare' }).waitFor();
  await look(page, 'history-chosen');
  await page.getByRole('toolbar').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('This concerns 2 of the 2 chosen').waitFor();
  await look(page, 'history-cancel');
  await page.getByRole('button', { name: 'Cancel them' }).click();
  await page.getByText('Cancelling: 2.').first().waitFor();
  await look(page, 'history-notice');
  for (const id of ids) await ended(id);
  await page.keyboard.press('r');
  await expect.poll(() => page.locator('[data-status=cancelled]').count()).toBe(2);
});

test('Running_page_follows_by_itself_and_cancels_after_a_question', async () => {
  const page = await dashboard.open('/running');
  const id = await dashboard.server.run('waits');
  await page.locator(row(id)).getByText('Hold on').waitFor();
  await look(page, 'running');
  await look(await dashboard.open('/', { beside: page }), 'overview');
  await page.locator(row(id)).getByRole('button', { name: /^Cancel/ }).click();
  await page.getByText('What runs is told to stop').waitFor();
  await look(page, 'running-cancel');
  await page.getByRole('button', { name: 'Cancel the execution' }).click();
  await page.locator(row(id)).waitFor({ state: 'detached' });
});

test('Running_page_says_who_is_waited_for_until_there_is_an_answer', async () => {
  const page = await dashboard.open('/running');
  const asks = await dashboard.server.run('sign');
  const stopped = await dashboard.server.run('waits', { breakpoints: ['hold'] });
  const paused = await dashboard.server.run('waits');
  await page.locator(row(asks)).getByText('Waiting for approval · Publish').waitFor();
  await page.locator(row(stopped)).getByText('At a breakpoint · Hold on').waitFor();
  await dashboard.server.ask('POST', `/api/executions/${paused}/pause`, {});
  await page.locator(`${row(paused)} [data-status=paused]`).getByText('Paused').waitFor();
  await look(page, 'running-waiting');
  await look(await dashboard.open('/', { beside: page }), 'overview-waiting');
  await look(await dashboard.open('/monitoring', { beside: page }), 'monitoring-waiting');
  await dashboard.server.ask('POST', `/api/executions/${asks}/approve`, { stage: 'publish' });
  await page.locator(row(asks)).waitFor({ state: 'detached' });
  await dashboard.server.ask('POST', `/api/executions/${stopped}/resume`, {});
  await page.locator(`${row(stopped)} [data-waiting]`).waitFor({ state: 'detached' });
  for (const id of [stopped, paused]) await dashboard.server.ask('POST', `/api/executions/${id}/cancel`, {});
});

test('Monitors_stand_side_by_side_with_their_logs', async () => {
  await ended(await dashboard.server.run('quick'));
  const page = await dashboard.open('/monitoring');
  const cards = page.locator('article').filter({ hasText: 'Quick one' });
  await cards.first().waitFor();
  const before = await cards.count();
  await page.getByRole('button', { name: 'Start new execution' }).click();
  await page.getByRole('radio', { name: 'Quick one' }).check();
  await look(page, 'monitoring-start');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(() => cards.count()).toBe(before + 1);
  const card = cards.first();
  await card.getByRole('button', { name: 'Show logs' }).click();
  await card.getByRole('log').getByText(/^greet (quick|other)/).waitFor();
  await look(page, 'monitoring');
});

test('Choice_of_monitors_is_in_the_address_and_an_execution_that_is_no_longer_told_of_has_a_link', async () => {
  const ids = [await dashboard.server.run('waits'), await dashboard.server.run('waits'), await dashboard.server.run('waits')];
  const page = await dashboard.open('/monitoring');
  for (const id of ids) await page.locator(row(id)).waitFor();
  await page.getByRole('button', { name: 'Choose …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose what stands side by side' });
  const boxes = dialog.getByRole('checkbox');
  for (let i = 0; i < await boxes.count(); i++) await boxes.nth(i).setChecked(i < 2);
  await look(page, 'monitoring-choose');
  await dialog.getByRole('button', { name: 'Show 2' }).click();
  await page.waitForURL((url) => url.search === `?ids=${ids[2]},${ids[1]}`);
  await expect.poll(() => page.getByRole('article').count()).toBe(2);
  await page.reload();
  await page.locator(row(ids[1]!)).getByRole('button', { name: /^Take Waits .* away from here$/ }).click();
  await page.waitForURL((url) => url.search === `?ids=${ids[2]}`);
  await page.goBack();
  await expect.poll(() => page.getByRole('article').count()).toBe(2);
  await page.getByRole('link', { name: 'Show all' }).click();
  await page.locator(row(ids[0]!)).waitFor();
  const gone = await dashboard.open('/monitoring?ids=nobody');
  await gone.getByText(/^Not here any more/).getByRole('link').waitFor();
  for (const id of ids) await dashboard.server.ask('POST', `/api/executions/${id}/cancel`, {});
});

test('Server_that_cannot_be_reached_is_told_on_each_list', async () => {
  for (const [path, words] of [['/pipelines', 'The pipelines could not be read.'], ['/executions', 'The executions could not be read.'], ['/', 'The overview could not be read.']] as const) {
    const page = await dashboard.open(path, { allow: /Failed to load resource/, prepare: async (opened) => void (await opened.route(/\/api\/(pipelines|executions\/history|overview)/, (route) => route.abort())) });
    await page.getByText(words).waitFor();
    await look(page, `broken${path === '/' ? '-overview' : path.replace('/', '-')}`);
  }
});
