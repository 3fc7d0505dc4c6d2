import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, test } from 'vitest';
import { look, lookWide, until, useDashboard } from '../harness/dashboard.js';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));

/** A stage of each of the types that no sample has. */
const others = `id: others
name: Asks, waits and calls
onFailure: continue
stages:
  - { id: call, name: Ask the weather service, http: { url: "http://127.0.0.1:9/weather", headers: { accept: application/json } }, timeout: 5s }
  - { id: approve, name: Go on without it, type: wait, triggers: { failed: call }, wait: { approval: { message: "Go on without the weather?" } } }
  - { id: hold, name: Wait for the tide, type: wait, wait: { event: tide.high, where: event.port == 'north' } }
`;

const ids: Record<string, string> = {};
const dashboard = useDashboard({
  pipelines: { others },
  ready: async (server) => {
    cpSync(samples, join(server.folder, 'pipelines'), { recursive: true, filter: (from) => !from.includes('code/') });
    const names = ['prompt-optimizer', 'code-census', 'nested-report', 'flaky-fan-out', 'release-approval', 'others'];
    await until(async () => (await server.ask<unknown[]>('GET', '/api/pipelines')).length > names.length, 'the samples are read');
    for (const name of names) ids[name] = await server.run(name);
    for (const name of names.slice(0, 4)) await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${ids[name]}`)).endTime !== null, `the end of ${name}`, 60_000);
  },
});

const inspect = async (pipeline: string, stage: string, ready: (inspector: ReturnType<Page['getByTestId']>) => Promise<unknown>) => {
  const page = await dashboard.open(`/executions/${ids[pipeline]}?stage=${encodeURIComponent(stage)}`);
  const inspector = page.getByTestId('inspector');
  await inspector.getByRole('heading').first().waitFor();
  await ready(inspector);
  return page;
};

describe('Stage_of_each_type_is_shown_whole', () => {
  test.each<[type: string, pipeline: string, stage: string, says: string | RegExp]>([
    ['agent', 'prompt-optimizer', 'review', 'Analytical Researcher'],
    ['branch', 'prompt-optimizer', 'complete', 'restructure'],
    ['data', 'prompt-optimizer', 'pack', 'productivity tips'],
    ['shell', 'code-census', 'count', 'Counting in'],
    ['items', 'flaky-fan-out', 'check', 'Instances'],
    ['item', 'flaky-fan-out', 'check[2]', 'the scanner did not answer'],
    ['pipeline', 'nested-report', 'city[0]', 'Lisbon'],
    ['wait', 'nested-report', 'pause', 'Let the ink dry'],
    ['http', 'others', 'call', /127\.0\.0\.1/],
    ['event', 'others', 'hold', 'an event'],
    ['approval', 'others', 'approve', 'Go on without the weather?'],
    ['approval-trigger', 'release-approval', 'publish', /Publish 1\.4\.0\?/],
  ])('%s', async (type, pipeline, stage, says) => {
    const page = await inspect(pipeline, stage, (inspector) => inspector.getByText(says).first().waitFor());
    await look(page, `inspector-${type}`);
    if (type === 'agent') await lookWide(page, 'inspector');
  });
});

test('Every_page_uses_a_large_screen_as_well_as_a_small_one', { timeout: 180_000 }, async () => {
  const pages: [name: string, path: string, ready: (page: Page) => Promise<unknown>][] = [
    ['overview', '/', (page) => page.getByRole('region', { name: 'Running now' }).getByRole('row').nth(1).waitFor()],
    ['pipelines', '/pipelines', (page) => page.getByText('Prompt Optimizer').waitFor()],
    ['pipeline-run', '/pipelines/prompt-optimizer', (page) => page.getByLabel('prompt').waitFor()],
    ['pipeline-graph', '/pipelines/prompt-optimizer?tab=graph', (page) => page.locator('canvas').first().waitFor()],
    ['pipeline-history', '/pipelines/prompt-optimizer?tab=history', (page) => page.getByRole('row').nth(1).waitFor()],
    ['pipeline-file', '/pipelines/prompt-optimizer?tab=file', (page) => page.getByText('Can be run').waitFor()],
    ['pipeline-new', '/pipelines/new', (page) => page.getByRole('radio').first().waitFor()],
    ['running', '/running', (page) => page.getByRole('article').first().waitFor()],
    ['monitoring', '/monitoring', (page) => page.getByRole('article').first().waitFor()],
    ['history', '/executions', (page) => page.locator('[data-execution]').first().waitFor()],
    ['compare', `/compare?left=${ids['prompt-optimizer']}&right=${ids['code-census']}`, (page) => page.locator('summary').first().waitFor()],
    ['workers', '/workers', (page) => page.getByRole('region', { name: /^Worker/ }).waitFor()],
    ['settings', '/settings', (page) => page.getByRole('button', { name: 'New token' }).waitFor()],
    ['not-found', '/nowhere', (page) => page.getByRole('heading', { level: 2, name: 'There is no such page' }).waitFor()],
    ['execution', `/executions/${ids['prompt-optimizer']}`, (page) => page.locator('[data-stage=pack]').waitFor()],
    ['execution-gantt', `/executions/${ids['flaky-fan-out']}?draw=gantt`, (page) => page.locator('[data-bar]').first().waitFor()],
    ['execution-graph', `/executions/${ids['prompt-optimizer']}?tab=graph`, (page) => page.getByRole('listbox', { name: /^Graph of/ }).getByRole('option').waitFor({ state: 'attached' })],
    ['execution-logs', `/executions/${ids['code-census']}?tab=logs`, (page) => page.locator('.log-row').first().waitFor()],
    ['execution-replay', `/executions/${ids['prompt-optimizer']}?tab=replay&at=40`, (page) => page.locator('[data-at="40"]').waitFor()],
    ['execution-blocked', `/executions/${ids['release-approval']}`, (page) => page.locator('[data-approval=publish]').waitFor()],
  ];
  const page = await dashboard.open('/');
  for (const [name, path, ready] of pages) {
    await page.goto(dashboard.server.address + path);
    await ready(page);
    await lookWide(page, name);
  }
});
