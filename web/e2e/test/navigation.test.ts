import { expect, test } from 'vitest';
import { useDashboard } from '../harness/dashboard.js';

const hello = 'id: hello\nname: Say hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n';
const dashboard = useDashboard({
  pipelines: { hello },
  ready: async (server) => {
    for (let i = 0; i < 60; i++) await server.run('hello');
  },
});

const pathOf = (address: string) => new URL(address).pathname;

test('Every_link_of_the_frame_leads_to_a_page_with_a_title_of_its_own', async () => {
  const page = await dashboard.open('/');
  const links = page.getByRole('navigation', { name: 'Pages' }).first().getByRole('link');
  const titles = new Set<string>();
  for (let i = 0; i < await links.count(); i++) {
    const href = await links.nth(i).getAttribute('href');
    await links.nth(i).click();
    await expect.poll(() => pathOf(page.url())).toBe(href);
    await expect.poll(() => links.nth(i).getAttribute('aria-current')).toBe('page');
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    titles.add(await page.title());
    expect(await page.getByText('There is no such page').count(), `${href} leads nowhere`).toBe(0);
  }
  expect(titles.size).toBe(await links.count());
});

test('Focus_and_top_of_the_page_are_the_new_ones_when_a_link_is_followed_and_the_old_ones_when_one_goes_back', async () => {
  const page = await dashboard.open('/executions');
  await page.locator('main a[href^="/executions/"]').nth(30).waitFor();
  await page.evaluate(() => window.scrollTo(0, 400));
  await page.getByRole('navigation', { name: 'Pages' }).first().getByRole('link', { name: 'Pipelines' }).click();
  await page.getByRole('heading', { level: 1, name: 'Pipelines' }).waitFor();
  expect(await page.evaluate(() => [window.scrollY, document.activeElement?.id])).toEqual([0, 'main']);
  await page.goBack();
  await expect.poll(() => pathOf(page.url())).toBe('/executions');
  await page.locator('main a[href^="/executions/"]').nth(30).waitFor();
  await page.goForward();
  await expect.poll(() => pathOf(page.url())).toBe('/pipelines');
});

test('Page_that_can_no_longer_be_loaded_is_opened_anew', async () => {
  const page = await dashboard.open('/', { allow: /Failed to load resource/ });
  let refused = 0;
  await page.route('**/_app/immutable/*.js', async (route) => {
    if (refused++ === 0) await route.abort();
    else await route.continue();
  });
  await page.getByRole('navigation', { name: 'Pages' }).first().getByRole('link', { name: 'History' }).click();
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
  expect(refused).toBeGreaterThan(1);
});

test('Run_of_another_program_opens_as_its_execution', async () => {
  const id = await dashboard.server.run('hello');
  const page = await dashboard.open(`/app/playbooks/runs/${id}`);
  await expect.poll(() => pathOf(page.url())).toBe(`/executions/${id}`);
});
