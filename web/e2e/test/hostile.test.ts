import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { examine, look, until, useDashboard } from '../harness/dashboard.js';

const long = 'Größe'.repeat(40);
const rtl = 'مرحبا بالعالم';
const pipelines = {
  long: `id: long
name: ${long}
description: ${'wordswithoutanyspacebetweenthem'.repeat(12)}
inputs:
  ${'n'.repeat(60)}: { type: string, default: ${'v'.repeat(400)} }
stages:
  - { id: ${'first-stage-'.repeat(5)}a, name: ${long}, type: shell, shell: { run: "echo ${'x'.repeat(2000)}; echo ${'e'.repeat(600)} >&2; exit 3" } }
`,
  longwait: `id: longwait
name: ${long}
stages:
  - { id: ${'waiting-stage-'.repeat(4)}a, name: ${long}, type: data, triggers: { all: [ { approval: { message: ${'m'.repeat(300)} } } ] }, data: { value: "1" } }
`,
  same: `id: same
name: Same names
stages:
${Array.from({ length: 50 }, (_, i) => `  - { id: s${i}, name: Same, type: data, needs: [${i < 5 ? '' : `s${i - 5}`}], data: { value: "${i}" } }`).join('\n')}
`,
  rtl: `id: rtl
name: ${rtl} שלום
description: 日本語の説明 ${rtl}
stages:
  - { id: one, name: ${rtl}, type: shell, shell: { run: "echo '${rtl} abc 123'; echo 日本語 한국어 👩‍👩‍👧 'e\u0301'" } }
  - { id: two, name: 日本語のステージ, needs: [one], type: data, data: { value: "'${rtl}'" } }
`,
  big: 'id: big\nname: Big\nstages:\n  - { id: print, type: shell, output: { maxBytes: 20000000 }, shell: { run: "yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 5242880" } }\n  - { id: line, needs: [print], type: shell, output: { maxBytes: 20000000 }, shell: { run: "head -c 5242880 /dev/zero | tr \'\\\\0\' x" } }\n',
};

const ids: Record<string, string> = {};
const dashboard = useDashboard({ pipelines });
const ended = (id: string) => until(async () => (await dashboard.server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, `the end of ${id}`);

beforeAll(async () => {
  for (const pipeline of ['long', 'same', 'rtl', 'big']) ids[pipeline] = await dashboard.server.run(pipeline, pipeline === 'long' ? { labels: { ['l'.repeat(60)]: 'v'.repeat(200) } } : {});
  for (const id of Object.values(ids)) await ended(id);
  ids['longwait'] = await dashboard.server.run('longwait', { labels: { ['l'.repeat(60)]: 'v'.repeat(200) } });
}, 60_000);

const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click();

describe('Lists', () => {
  test.each([
    ['overview', '/'], ['pipelines', '/pipelines'], ['pipeline-run', '/pipelines/long'], ['pipeline-history', '/pipelines/long?tab=history'],
    ['pipeline-rtl', '/pipelines/rtl'], ['history', '/executions'], ['running', '/running'], ['monitoring', '/monitoring'],
  ])('%s keeps in shape whatever names there are', async (name, path) => {
    await examine(dashboard, `hostile-${name}`, path, (page) => page.getByRole('main').locator('h1, a').filter({ hasText: path.includes('rtl') ? rtl : 'Größe' }).first().waitFor());
  });

  test('Comparison keeps in shape', () =>
    examine(dashboard, 'hostile-compare', `/compare?left=${ids['long']}&right=${ids['rtl']}`, (page) => page.getByText(rtl).first().waitFor()));
});

describe('Viewer', () => {
  test.each(['long', 'longwait', 'rtl', 'same'])('%s keeps in shape on each tab', async (pipeline) => {
    const page = await dashboard.open(`/executions/${ids[pipeline]}`);
    await page.locator('[data-stage]').first().waitFor();
    await look(page, `hostile-${pipeline}-timeline`);
    await page.locator('[data-stage] button').last().click();
    await page.getByTestId('inspector').getByRole('heading').first().waitFor();
    await look(page, `hostile-${pipeline}-inspector`);
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const name of ['Graph', 'Logs', 'Replay']) {
      await tab(page, name);
      await page.getByRole('tabpanel').or(page.locator('[data-timeline], canvas, [role=log], [data-at]')).first().waitFor();
      await look(page, `hostile-${pipeline}-${name.toLowerCase()}`);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await tab(page, 'Timeline');
    await page.getByRole('button', { name: 'Gantt' }).click();
    await page.getByRole('treegrid').waitFor();
    await look(page, `hostile-${pipeline}-gantt`);
  });

  test('Five_megabytes_of_output_are_read_in_parts', async () => {
    const page = await dashboard.open(`/executions/${ids['big']}?stage=line`);
    const output = page.locator('[data-section=output]');
    await output.getByText(/stand before this/).waitFor();
    await look(page, 'hostile-big');
    await output.getByRole('button', { name: 'Load what is before' }).click();
    await output.getByText(/4.9 MB stand before this/).waitFor();
    expect(await page.evaluate(() => document.body.innerText.length)).toBeLessThan(1_000_000);
    await page.setViewportSize({ width: 1440, height: 900 });
    await tab(page, 'Logs');
    await page.getByRole('log', { name: 'Log lines' }).getByText('xxxxxxx').first().waitFor();
    await look(page, 'hostile-big-logs');
  });
});
