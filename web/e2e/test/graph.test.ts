import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { examine, look, until, useDashboard } from '../harness/dashboard.js';

const items = Array.from({ length: 40 }, (_, i) => i).join(', ');
const pipelines = {
  release: `id: release
name: Nightly <b>build</b>
onFailure: continue
stages:
  - { id: checkout, name: Check out, shell: { run: echo hello } }
  - { id: plan, name: Plan the work, type: data, needs: [checkout], data: { value: "[${items}]" } }
  - { id: each, name: Run each test, needs: [plan], forEach: "\${{ stages.plan.output }}", type: data, data: { value: "1" } }
  - { id: flaky, name: Flaky upload, needs: [checkout], retry: { maxAttempts: 3, delay: 50ms }, shell: { run: exit 1 } }
  - { id: mend, name: Clean up, triggers: { failed: flaky }, shell: { run: echo mended } }
  - { id: ship, name: Ship it, needs: [each], when: "size(stages.plan.output) > 3", shell: { run: echo shipped } }
${Array.from({ length: 35 }, (_, i) => `  - { id: copy${i}, needs: [ship], type: data, data: { value: "1" } }`).join('\n')}
`,
  idle: `id: idle
name: Idle
onFailure: continue
stages:
  - { id: flaky, name: Flaky, retry: { maxAttempts: 2, delay: 2500ms }, shell: { run: exit 1 } }
  - { id: rest, name: Rest, type: wait, triggers: { failed: flaky }, wait: { for: 2500ms } }
`,
  waits: `id: waits
name: Waits
stages:
  - { id: before, type: data, data: { value: "1" } }
  - { id: hold, name: Hold on, needs: [before], wait: { event: go } }
  - { id: after, needs: [hold], type: data, data: { value: "1" } }
`,
};

// What a stage printed that printed nothing has no part that could be given.
const printedNothing = { allow: /416 \(Range Not Satisfiable\)/ };

let ended = '';
let idle = '';
let running = '';
const dashboard = useDashboard({
  pipelines,
  ready: async (server) => {
    ended = await server.run('release');
    idle = await server.run('idle');
    running = await server.run('waits');
    await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${ended}`)).endTime !== null, 'the execution ends');
  },
});

const graphOf = async (page: Page) => {
  const graph = page.getByRole('listbox', { name: /^Graph of/ });
  await graph.waitFor();
  await graph.getByRole('option').waitFor({ state: 'attached' });
  return graph;
};
const focused = (page: Page) => page.getByRole('listbox', { name: /^Graph of/ }).getByRole('option').innerText();

test('Graph_is_well_made_in_both_themes_and_widths', () =>
  examine(dashboard, 'viewer-graph', `/executions/${ended}?tab=graph`, graphOf));

test('Keys_walk_along_the_edges_and_select', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`, printedNothing);
  const graph = await graphOf(page);
  await graph.focus();
  expect(await focused(page)).toContain('Check out, shell, Completed');
  await page.keyboard.press('ArrowRight');
  const first = await focused(page);
  await page.keyboard.press(first.startsWith('Plan') ? 'ArrowDown' : 'ArrowUp');
  expect([first, await focused(page)].map((text) => text.split(',')[0]).sort()).toEqual(['Flaky upload', 'Plan the work']);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForURL(/stage=checkout/);
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.search.includes('stage='));
});

test('Many_siblings_and_items_are_folded_and_opened_by_keys', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`, printedNothing);
  const graph = await graphOf(page);
  await graph.focus();
  await page.keyboard.press('End');
  expect(await focused(page)).toMatch(/^35 stages, data, 35 completed, folded/);
  await page.keyboard.press('Space');
  await expect.poll(() => focused(page)).toMatch(/open, press Space to fold$/);
  await page.keyboard.press('ArrowDown');
  expect(await focused(page)).toMatch(/^copy0, data, Completed/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/stage=copy0/);
  await look(page, 'viewer-graph-open');
});

test('Search_goes_to_a_stage_that_is_folded', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`);
  await graphOf(page);
  await page.getByRole('searchbox', { name: 'Find a stage in the graph' }).fill('copy3');
  await page.getByText('6', { exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toMatch(/^copy3,/);
});

test('List_tells_the_same_as_the_graph', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`);
  await graphOf(page);
  await page.getByRole('button', { name: 'Show as a list' }).click();
  const row = page.getByRole('row', { name: /Clean up/ });
  await row.waitFor();
  expect((await row.innerText()).replace(/\s+/g, ' ')).toMatch(/Clean up shell .*Completed .*flaky \(on failure\) –/);
  await look(page, 'viewer-graph-list');
});

test('Breakpoint_is_set_and_taken_away_in_the_graph', async () => {
  const page = await dashboard.open(`/executions/${running}?tab=graph`);
  const graph = await graphOf(page);
  await graph.focus();
  await page.keyboard.press('End');
  expect(await focused(page)).toMatch(/^after, data/);
  await page.keyboard.press('b');
  await expect.poll(() => focused(page)).toContain('breakpoint');
  await page.keyboard.press('b');
  await expect.poll(() => focused(page)).not.toContain('breakpoint');
});

/** Where the stage in focus is drawn. */
const placeOf = async (page: Page) => (await page.getByRole('listbox', { name: /^Graph of/ }).getByRole('option').boundingBox())!;

test('Breakpoint_is_set_and_taken_away_by_clicks_on_the_dot_of_a_stage', async () => {
  const page = await dashboard.open(`/executions/${running}?tab=graph`);
  const graph = await graphOf(page);
  await graph.focus();
  await page.keyboard.press('End');
  const { x, y, width, height } = await placeOf(page);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.locator('[data-hover]').getByText('after, data').waitFor();
  await page.mouse.move(x - 9, y - 9);
  await page.getByText('Set a breakpoint before after').waitFor();
  expect(await graph.evaluate((pane) => getComputedStyle(pane).cursor)).toBe('pointer');
  await look(page, 'viewer-graph-dot');

  // Back from another width it is seen as before.
  await expect.poll(() => placeOf(page)).toEqual({ x, y, width, height });
  await page.mouse.click(x - 9, y - 9);
  await expect.poll(() => focused(page)).toContain('breakpoint');
  await page.mouse.move(x + 9, y + 9);
  await page.getByText('Take away the breakpoint before after').waitFor();
  await look(page, 'viewer-graph-breakpoint');
  await expect.poll(() => placeOf(page)).toEqual({ x, y, width, height });
  await page.mouse.click(x + 9, y + 9);
  await expect.poll(() => focused(page)).not.toContain('breakpoint');
  expect(new URL(page.url()).searchParams.get('stage')).toBeNull();
});

test('Breakpoint_is_set_by_a_fingertip_on_a_telephone', async () => {
  const context = await dashboard.browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  try {
    const page = await context.newPage();
    await page.goto(`${dashboard.server.address}/executions/${running}?tab=graph`);
    const graph = await graphOf(page);
    await graph.focus();
    await page.keyboard.press('Home');
    const { x, y } = await placeOf(page);
    await page.touchscreen.tap(x - 12, y - 12);
    await expect.poll(() => focused(page)).toMatch(/^before, .*breakpoint/);
    await page.touchscreen.tap(x + 8, y - 8);
    await expect.poll(() => focused(page)).not.toContain('breakpoint');
  } finally {
    await context.close();
  }
});

test('Stage_that_is_looked_at_stays_in_sight_when_the_pane_gets_another_size', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`, printedNothing);
  const graph = await graphOf(page);
  const isInSight = async () => {
    const [pane, stage] = [(await graph.boundingBox())!, await placeOf(page)];
    return stage.x >= pane.x && stage.y >= pane.y && stage.x + stage.width <= pane.x + pane.width && stage.y + stage.height <= pane.y + pane.height;
  };
  await graph.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  expect(await focused(page)).toContain('Ship it');
  const whole = (await placeOf(page)).width;
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
  await expect.poll(isInSight).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('complementary', { name: 'Inspector' }).waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(isInSight).toBe(true);
  await look(page, 'viewer-graph-narrowed');
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(async () => (await placeOf(page)).width).toBeCloseTo(whole, 0);
});

test('Exports_hold_the_graph_in_each_format', async () => {
  const page = await dashboard.open(`/executions/${ended}?tab=graph`);
  await graphOf(page);
  const exported = async (name: string) => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()]);
    return { name: download.suggestedFilename(), content: readFileSync((await download.path())!) };
  };

  const svg = await exported('SVG image');
  expect(svg.name).toBe('Nightly-b-build-b.svg');
  const parsed = await page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    return { error: document.querySelector('parsererror')?.textContent ?? null, title: document.querySelector('title')?.textContent, texts: [...document.querySelectorAll('text')].map((node) => node.textContent) };
  }, svg.content.toString());
  expect(parsed).toMatchObject({ error: null, title: 'Nightly <b>build</b>' });
  expect(parsed.texts).toEqual(expect.arrayContaining(['Check out', 'Run each test', '40/40', 'on failure']));

  const png = await exported('PNG image');
  expect(png.content.subarray(1, 4).toString()).toBe('PNG');
  const [width, height] = [png.content.readUInt32BE(16), png.content.readUInt32BE(20)];
  expect(width).toBeGreaterThan(1000);
  expect(height).toBeGreaterThan(200);

  expect((await exported('DOT for Graphviz')).content.toString()).toMatch(/^digraph[\s\S]*flaky[\s\S]*\}\s*$/);
  expect((await exported('Mermaid')).content.toString()).toMatch(/^(---[\s\S]*---\s*)?(flowchart|graph) /);
  const json = JSON.parse((await exported('JSON')).content.toString()) as { nodes: { id: string; status: string }[]; edges: unknown[] };
  expect(json.nodes.find(({ id }) => id === 'flaky')?.status).toBe('failed');
});

const gantt = (page: Page) => page.getByRole('treegrid', { name: 'Stages over time' });
const rowOf = (page: Page, name: RegExp) => gantt(page).getByRole('row', { name });

test('Gantt_is_well_made_in_both_themes_and_widths', () =>
  examine(dashboard, 'viewer-gantt', `/executions/${ended}?draw=gantt`, (page) => rowOf(page, /Flaky upload/).waitFor()));

test('Gantt_nests_retries_and_items_and_groups_what_is_parallel', async () => {
  const page = await dashboard.open(`/executions/${ended}?draw=gantt`, printedNothing);
  await rowOf(page, /2 (in parallel|side by side)/).waitFor();
  const flaky = rowOf(page, /Flaky upload/);
  await expect.poll(() => flaky.locator('[data-bar=run]').count()).toBe(3);
  await flaky.focus();
  await page.keyboard.press('ArrowRight');
  await rowOf(page, /Attempt 3 .*exited with 1/).waitFor();
  const each = rowOf(page, /Run each test/);
  await each.focus();
  await page.keyboard.press('ArrowRight');
  await rowOf(page, /each\[39\]|each\[0\]/).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/stage=each(\[|%5B)0/);
  await look(page, 'viewer-gantt-open');
});

test('Gantt_is_narrowed_by_words_state_and_type', async () => {
  const page = await dashboard.open(`/executions/${ended}?draw=gantt`);
  await rowOf(page, /Flaky upload/).waitFor();
  await page.getByRole('combobox', { name: 'State' }).last().selectOption('failed');
  await expect.poll(() => gantt(page).getByRole('row').count()).toBe(2);
  await rowOf(page, /Flaky upload/).waitFor();
  await page.getByRole('searchbox', { name: 'Search stages by name, key or content' }).fill('nothing');
  await page.getByText('No stage matches').waitFor();
});

test('Gantt_zooms_by_keys_wheel_and_a_drag_over_the_time', async () => {
  const page = await dashboard.open(`/executions/${ended}?draw=gantt`);
  const bar = rowOf(page, /Check out/).locator('[data-bar=run]').first();
  await bar.waitFor();
  const width = async () => (await bar.boundingBox())?.width ?? 0;
  await rowOf(page, /Check out/).focus();
  const whole = await width();
  const axis = (await page.locator('[data-axis]').boundingBox())!;
  await page.mouse.move(axis.x + 5, axis.y + 8);
  await page.mouse.wheel(0, -400);
  await expect.poll(width).toBeGreaterThan(whole);
  await page.keyboard.press('0');
  await expect.poll(width).toBeCloseTo(whole, 0);
  await page.mouse.move(axis.x + 2, axis.y + 8);
  await page.mouse.down();
  await page.mouse.move(axis.x + axis.width / 2, axis.y + 8, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Show all' }).and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('0');
  await expect.poll(width).toBeCloseTo(whole, 0);
});

test('Gantt_folds_the_time_in_which_everything_waits', async () => {
  await until(async () => (await dashboard.server.ask<{ endTime: number | null }>('GET', `/api/executions/${idle}`)).endTime !== null, 'the execution that waits ends');
  const page = await dashboard.open(`/executions/${idle}?draw=gantt`, printedNothing);
  const rest = rowOf(page, /Rest/).locator('[data-bar]').last();
  await rest.waitFor();
  await expect.poll(() => rowOf(page, /Flaky/).locator('[data-bar=run]').count()).toBe(2);
  const whole = (await rest.boundingBox())!.width;
  await page.getByRole('button', { name: /^Fold idle time/ }).click();
  await page.getByText(/^2\.\d s idle$/).first().waitFor();
  await expect.poll(async () => (await rest.boundingBox())!.width).toBeLessThan(whole / 2);

  // None of the tries lies in what is folded.
  expect(await rowOf(page, /Flaky/).locator('[data-bar=run]').count()).toBe(2);
  await look(page, 'viewer-gantt-idle');
  await page.getByRole('button', { name: /^Show idle time/ }).click();
  await expect.poll(async () => (await rest.boundingBox())!.width).toBeGreaterThan(whole * 0.9);
});

test('Gantt_zooms_by_a_pinch', async () => {
  const context = await dashboard.browser.newContext({ viewport: { width: 800, height: 740 }, hasTouch: true });
  try {
    const page = await context.newPage();
    await page.goto(`${dashboard.server.address}/executions/${ended}?draw=gantt`);
    const bar = rowOf(page, /Check out/).locator('[data-bar=run]').first();
    await bar.waitFor();
    const width = async () => (await bar.boundingBox())?.width ?? 0;
    const whole = await width();
    const { x, y } = (await page.locator('[data-axis]').boundingBox())!;
    const touch = await context.newCDPSession(page);
    const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: number[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: at.map((to, id) => ({ x: x + to, y: y + 60, id })) });
    await fingers('touchStart', 20, 80);
    for (const to of [100, 140, 180, 220]) await fingers('touchMove', 20, to);
    await fingers('touchEnd');
    await expect.poll(width).toBeGreaterThan(whole * 1.5);
  } finally {
    await context.close();
  }
});

test.each(['?draw=gantt', '?tab=graph', '?tab=logs'])('Keys_go_from_stage_to_stage_at_%s', async (view) => {
  const page = await dashboard.open(`/executions/${ended}${view}`, printedNothing);
  await page.getByRole('button', { name: 'Refresh' }).waitFor();
  await (view.includes('logs') ? page.getByRole('region', { name: 'Log of the execution' }).waitFor() : view.includes('graph') ? graphOf(page) : rowOf(page, /Flaky upload/).waitFor());
  await page.keyboard.press('j');
  await page.waitForURL(/stage=checkout/);
  await page.keyboard.press('j');
  await page.waitForURL(/stage=(plan|flaky)/);
  await page.keyboard.press('k');
  await page.waitForURL(/stage=checkout/);
  if (view.includes('logs')) return;
  await page.keyboard.press('e');
  await page.waitForURL(/stage=flaky/);
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText(view.includes('graph') ? 'Along the edges, in the graph' : 'From row to row, in the chart').waitFor();
});
