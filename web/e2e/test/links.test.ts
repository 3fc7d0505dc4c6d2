import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const items = Array.from({ length: 4 }, (_, i) => i).join(', ');
const pipelines = {
  mixed: `id: mixed
name: Mixed
onFailure: continue
stages:
  - { id: checkout, name: Check out, shell: { run: echo needle } }
  - { id: plan, name: Plan the work, type: data, needs: [checkout], data: { value: "[${items}]" } }
  - { id: pause, name: Pause, needs: [plan], wait: { for: 2500ms } }
  - { id: each, name: Each, needs: [pause], forEach: "\${{ stages.plan.output }}", type: data, data: { value: "1" } }
  - { id: upload, name: Upload, needs: [checkout], shell: { run: exit 1 } }
`,
};

// What a stage printed that printed nothing has no part that could be given.
const printedNothing = /416 \(Range Not Satisfiable\)/;

let id = '';
const dashboard = useDashboard({
  pipelines,
  ready: async (server) => {
    id = await server.run('mixed');
    await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, 'the execution ends');
  },
});

const open = (query: string, options = {}) => dashboard.open(`/executions/${id}${query}`, { allow: printedNothing, ...options });
const searchOf = (page: Page) => page.getByRole('searchbox', { name: 'Search stages by name, key or content' });
const listed = (page: Page) => page.locator('[data-timeline] [data-stage]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-stage')));
const charted = (page: Page) => page.getByRole('treegrid').locator('[data-key]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key')));
const ticks = (page: Page) => page.locator('[data-axis]').innerText();
const partsOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

/** Opens what the address of a page says in a second tab of somebody who has never seen the first. */
async function copyOf(page: Page, says: (parts: Record<string, string>) => boolean): Promise<Page> {
  await expect.poll(() => says(partsOf(page))).toBe(true);
  return open(new URL(page.url()).search);
}

test('Filter_of_the_timeline_is_in_its_link', async () => {
  const page = await open('');
  await searchOf(page).fill('needle');
  await page.getByLabel('State', { exact: true }).selectOption('completed');
  await page.getByLabel('Type', { exact: true }).selectOption('shell');
  await expect.poll(() => listed(page)).toEqual(['checkout']);
  const copy = await copyOf(page, ({ find, state, type }) => find === 'needle' && state === 'completed' && type === 'shell');
  await expect.poll(() => listed(copy)).toEqual(['checkout']);
  expect(await searchOf(copy).inputValue()).toBe('needle');
  expect(await copy.getByLabel('State', { exact: true }).inputValue()).toBe('completed');
  expect(await copy.getByLabel('Type', { exact: true }).inputValue()).toBe('shell');
  await copy.getByRole('button', { name: 'Show all stages' }).first().click();
  await copy.waitForURL((url) => url.search === '');
  await expect.poll(async () => (await listed(copy)).length).toBe(5);
});

test('Filter_idle_time_and_zoom_of_the_Gantt_chart_are_in_its_link', async () => {
  const page = await open('?draw=gantt');
  await page.getByRole('button', { name: 'Fold idle time (1)' }).click();
  await searchOf(page).fill('ch');
  await page.getByLabel('Type', { exact: true }).selectOption('data');
  await expect.poll(() => charted(page)).toEqual(['each']);
  await page.getByLabel('Type', { exact: true }).selectOption('');
  await page.getByLabel('State', { exact: true }).selectOption('completed');
  await expect.poll(() => charted(page)).toEqual(['checkout', 'each']);
  for (let i = 0; i < 3; i++) {
    const before = partsOf(page)['range'];
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(() => partsOf(page)['range']).not.toBe(before);
  }
  const copy = await copyOf(page, ({ find, state, idle, range }) => find === 'ch' && state === 'completed' && idle === 'folded' && /^[\d.]+-[\d.]+$/.test(range ?? ''));
  await expect.poll(() => charted(copy)).toEqual(['checkout', 'each']);
  await expect.poll(() => ticks(copy)).toBe(await ticks(page));
  expect(await copy.getByRole('button', { name: 'Show idle time (1)' }).getAttribute('aria-pressed')).toBe('true');
  await look(copy, 'viewer-gantt-link');
  await copy.getByRole('button', { name: 'Show all' }).click();
  await copy.waitForURL((url) => !url.searchParams.has('range'));
  expect(await ticks(copy)).not.toBe(await ticks(page));
});

test('Search_open_boxes_and_list_of_the_graph_are_in_its_link', async () => {
  const page = await open('?tab=graph');
  const graph = page.getByRole('listbox', { name: /^Graph of/ });
  await graph.getByRole('option').waitFor({ state: 'attached' });
  const search = page.getByRole('searchbox', { name: 'Find a stage in the graph' });
  await search.fill('each');
  await search.press('Enter');
  await graph.focus();
  await page.keyboard.press('Space');
  await expect.poll(() => graph.getByRole('option').innerText()).toMatch(/^Each.*press Space to fold$/);
  await search.fill('ch');
  const copy = await copyOf(page, ({ find, open }) => find === 'ch' && open === 'each');
  await copy.getByText('2', { exact: true }).waitFor();
  const drawn = copy.getByRole('listbox', { name: /^Graph of/ });
  await drawn.getByRole('option').waitFor({ state: 'attached' });
  for (let i = 0; i < 2; i++) await copy.getByRole('searchbox', { name: 'Find a stage in the graph' }).press('Enter');
  await expect.poll(() => drawn.getByRole('option').innerText()).toMatch(/^Each.*press Space to fold$/);

  await page.getByRole('button', { name: 'Show as a list' }).click();
  const list = await copyOf(page, ({ graph }) => graph === 'list');
  await list.getByRole('row', { name: /Check out/ }).waitFor();
  expect(await list.getByRole('row').count()).toBe(3);
});

test('Moment_of_the_past_is_looked_at_as_its_link_says', async () => {
  const page = await open('?tab=replay&look=gantt');
  await searchOf(page).fill('upload');
  await expect.poll(() => charted(page)).toEqual(['upload']);
  const copy = await copyOf(page, ({ find }) => find === 'upload');
  await expect.poll(() => charted(copy)).toEqual(['upload']);
  await copy.getByRole('group', { name: 'Look at the moment as' }).getByRole('button', { name: 'Timeline' }).click();
  await expect.poll(() => listed(copy)).toEqual(['upload']);
});

test('Filter_comes_and_goes_with_the_steps_through_the_history', async () => {
  const page = await open('?find=checkout');
  await expect.poll(() => listed(page)).toEqual(['checkout']);
  await page.evaluate(() => {
    const link = document.body.appendChild(document.createElement('a'));
    link.href = '?find=upload&state=failed';
    link.click();
  });
  await expect.poll(() => listed(page)).toEqual(['upload']);
  await searchOf(page).fill('up');
  await expect.poll(() => partsOf(page)).toEqual({ find: 'up', state: 'failed' });
  await page.goBack();
  await expect.poll(() => listed(page)).toEqual(['checkout']);
  expect(await searchOf(page).inputValue()).toBe('checkout');
  await page.goForward();
  await expect.poll(() => listed(page)).toEqual(['upload']);
  expect(await searchOf(page).inputValue()).toBe('up');
});

test('Back_leads_to_the_tab_before_with_what_was_chosen_there', async () => {
  const page = await open('?find=upload');
  await expect.poll(() => listed(page)).toEqual(['upload']);
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  const shown = () => page.getByRole('tab', { selected: true }).innerText();
  await searchOf(page).fill('checkout');
  await tab('Graph').click();
  await expect.poll(() => partsOf(page)).toEqual({ find: 'checkout', tab: 'graph' });
  await tab('Logs').click();
  await expect.poll(() => partsOf(page)['tab']).toBe('logs');
  await page.getByRole('searchbox', { name: 'Search the whole log' }).fill('needle');
  await expect.poll(() => partsOf(page)['q']).toBe('needle');
  await page.goBack();
  await expect.poll(shown).toBe('Graph');
  await page.goBack();
  await expect.poll(shown).toBe('Timeline');
  await expect.poll(() => listed(page)).toEqual(['checkout']);
  await page.goForward();
  await page.goForward();
  await expect.poll(shown).toBe('Logs');
  expect(partsOf(page)['q']).toBe('needle');
});

test.each(['', '&draw=gantt', '&tab=graph', '&tab=graph&graph=list', '&tab=replay&look=gantt'])('Nonsense_in_a_link_is_text_or_nothing: %s', async (view) => {
  const hostile = '<img src=x onerror=alert(1)>';
  const long = `${hostile}${'x'.repeat(500)}`;
  const query = new URLSearchParams({ find: long, state: 'constructor', type: '__proto__', range: '9e9-Infinity', idle: hostile, graph: hostile });
  for (let i = 0; i < 60; i++) query.append('open', `fold:${hostile}${i}`);
  const page = await open(`?${query}${view}`);
  await page.getByRole('searchbox').first().waitFor();
  expect(await page.getByRole('searchbox').first().inputValue()).toBe(long.slice(0, 200));
  expect(await page.locator('img').count()).toBe(0);
  await page.getByRole('searchbox').first().fill('checkout');
  await expect.poll(() => partsOf(page)['find']).toBe('checkout');
  await page.getByText(/check ?out/i).first().waitFor();
});
