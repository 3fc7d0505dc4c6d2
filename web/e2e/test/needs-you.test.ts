import { expect, test } from 'vitest';
import { examine, look, useDashboard } from '../harness/dashboard.js';

const dashboard = useDashboard({
  pipelines: {
    asks: 'id: asks\nname: A pipeline whose name is so long that no telephone has room for all of it\nstages:\n  - { id: build, type: data, data: { value: "1" } }\n  - { id: publish, needs: [build], name: Publish, type: data, triggers: { all: [ { approval: { message: "Publish it?" } } ] }, data: { value: "1" } }\n',
  },
});

test('Overview_lists_first_what_waits_for_a_person_and_leads_to_its_stage', async () => {
  const id = await dashboard.server.run('asks');
  const page = await dashboard.open('/');
  const link = page.getByRole('region', { name: 'Needs you' }).getByRole('link');
  await link.waitFor();
  expect(await link.getAttribute('href')).toBe(`/executions/${id}?stage=publish`);
  await look(page, 'overview-needs-you');
  await link.click();
  await page.locator('[data-approval=publish]').waitFor();
  await dashboard.server.ask('POST', `/api/executions/${id}/approve`, { stage: 'publish' });
  await page.goBack();
  await page.getByText('Nothing runs now').waitFor();
  expect(await link.count()).toBe(0);
});

test('Monitors_of_pipelines_with_long_names_fit_a_telephone', async () => {
  await dashboard.server.run('asks');
  await examine(dashboard, 'monitoring-long-names', '/monitoring', (page) => page.getByRole('article').first().waitFor());
});
