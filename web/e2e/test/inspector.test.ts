import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const work = `id: work
stages:
  - id: large
    type: shell
    output: { maxBytes: 4000000 }
    shell: { run: "for i in $(seq 1 9000); do echo \\"row number $i of them all\\"; done" }
  - id: words
    type: shell
    shell: { run: "printf '# Report\\\\n\\\\nAll **well**, see [docs](https://example.org) and [this](javascript:alert%%281%%29).\\\\n\\\\n- one\\\\n- [x] two\\\\n\\\\n<script>alert(1)</script>\\\\n'" }
  - id: rows
    type: data
    data: { value: '{"list": [1, 2, {"deep": {"needle": "found me"}}], "name": "tides"}' }
  - id: flaky
    type: shell
    retry: { maxAttempts: 3, delay: 10ms }
    shell: { run: "echo trying; echo 'cannot reach db-1' >&2; exit 3" }
  - id: traced
    type: shell
    shell: { env: { TRACEPARENT: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 }, run: "true" }
`;
const ticks = 'id: ticks\nstages:\n  - { id: tick, type: shell, shell: { run: "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo tick $i; sleep 0.01; done" } }\n';
const dashboard = useDashboard({ pipelines: { work, ticks }, serve: ['--trace-url', 'https://traces.example.org/trace/{traceId}'] });
let id = '';

beforeAll(async () => {
  id = await dashboard.server.run('work');
  await until(async () => (await dashboard.server.ask('GET', `/api/executions/${id}`))['endTime'] !== null, 'it has ended');
});

const open = (stage: string) => dashboard.open(`/executions/${id}?stage=${encodeURIComponent(stage)}`);
const section = (page: Page, key: string) => page.locator(`[data-section=${key}]`);
const toggle = (page: Page, key: string) => section(page, key).getByRole('heading').getByRole('button').click();

test('Stage_that_failed_says_why_what_to_do_and_how_often_it_was_tried', async () => {
  const page = await open('flaky');
  await section(page, 'error').getByText('cannot reach db-1').waitFor();
  await section(page, 'error').getByText('Read its standard error').waitFor();
  await section(page, 'logs').getByText('exited with 3').first().waitFor();
  await toggle(page, 'attempts');
  await expect.poll(() => section(page, 'attempts').locator('tbody tr').count()).toBe(3);
  await toggle(page, 'worker');
  await section(page, 'worker').getByText('Process').waitFor();
  await look(page, 'inspector');

  // Sections stay as they were left.
  const again = await dashboard.open(`/executions/${id}?stage=words`, { beside: page });
  await section(again, 'worker').getByText('Process').waitFor();
});

test('Only_sections_with_something_to_say_are_there', async () => {
  const page = await open('rows');
  await section(page, 'output').waitFor();
  await section(page, 'attempts').waitFor();
  for (const key of ['error', 'personality', 'collaboration', 'memory', 'tools', 'triggers', 'trace']) expect(await section(page, key).count(), key).toBe(0);
});

test('Stage_that_was_handed_a_trace_names_it_and_leads_to_it', async () => {
  const page = await open('traced');
  await section(page, 'trace').getByText('4bf92f3577b34da6a3ce929d0e0e4736').waitFor();
  await toggle(page, 'trace');
  await section(page, 'trace').getByText('00f067aa0ba902b7').waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await section(page, 'trace').getByRole('button', { name: 'Copy the id of the trace' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  const link = section(page, 'trace').getByRole('link', { name: 'Open the trace' });
  expect(await link.getAttribute('href')).toBe('https://traces.example.org/trace/4bf92f3577b34da6a3ce929d0e0e4736');
  expect(await link.getAttribute('rel')).toContain('noopener');
  await link.scrollIntoViewIfNeeded();
  await look(page, 'inspector-trace');
});

test('Large_value_is_loaded_piece_by_piece_and_shown_whole_on_demand', async () => {
  const page = await open('large');
  const output = section(page, 'output');
  await output.getByRole('button', { name: 'Result' }).click();
  await output.getByText(/^64.0 KB of .* loaded\.$/).waitFor();
  await output.getByRole('button', { name: 'Load more' }).click();
  await output.getByText(/^128 KB of .* loaded\.$/).waitFor();
  await output.getByRole('button', { name: 'Load all' }).click();
  await output.getByRole('treeitem').filter({ hasText: 'exitCode:' }).waitFor();
  await output.getByRole('button', { name: 'Printed', exact: true }).click();
  await output.getByText('row number 9000 of them all').waitFor();
  await output.getByRole('button', { name: 'Load what is before' }).click();
  await output.getByText(/stand before this/).waitFor();
});

test('Markdown_becomes_elements_of_the_page_and_nothing_else', async () => {
  const page = await open('words');
  const output = section(page, 'output');
  await output.getByRole('button', { name: 'Markdown' }).click();
  await output.getByRole('heading', { name: 'Report' }).waitFor();
  expect(await output.locator('strong').textContent()).toBe('well');
  expect(await output.getByRole('link', { name: 'docs' }).getAttribute('rel')).toContain('noopener');
  await output.getByText('<script>alert(1)</script>').waitFor();
  expect(await output.locator('script, a[href^=javascript]').count()).toBe(0);
  await look(page, 'inspector-markdown');
});

test('Tree_of_JSON_is_searched_opened_and_copied', async () => {
  const page = await open('rows');
  const output = section(page, 'output');
  const row = (name: string) => output.getByRole('treeitem').filter({ hasText: `${name}:` });
  await row('name').getByText('"tides"').waitFor();
  await output.getByRole('button', { name: 'Open 2', exact: true }).click();
  await output.getByRole('button', { name: 'Open deep', exact: true }).click();
  await row('needle').hover();
  await row('needle').getByTitle('Copy list[2].deep.needle').click();
  await page.getByRole('paragraph').filter({ hasText: 'Copied the path.' }).waitFor();
});

test('Output_of_a_stage_that_runs_is_shown_as_it_comes', async () => {
  const running = await dashboard.server.run('ticks');
  const page = await dashboard.open(`/executions/${running}?stage=tick`);
  const output = section(page, 'output');
  await output.getByText('tick 40').waitFor();
  const text = async () => (await output.getByRole('region', { name: 'Printed output' }).textContent()) ?? '';
  const before = (await text()).length;
  await until(async () => (await text()).length > before, 'more is shown');
  const lines = (await text()).trim().split('\n');
  expect(lines).toEqual(lines.map((_, i) => `tick ${i + 1}`));
  await section(page, 'logs').getByRole('link').click();
  await page.getByRole('log', { name: 'Log lines' }).waitFor();
  await dashboard.server.ask('POST', `/api/executions/${running}/cancel`);
});
