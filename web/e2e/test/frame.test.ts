import { expect, test } from 'vitest';
import { examine, useDashboard } from '../harness/dashboard.js';

const waits = 'id: waits\nname: Waits\nstages:\n  - { id: hold, type: wait, wait: { event: go } }\n';
const dashboard = useDashboard({ pipelines: { waits } });
const badge = '[data-testid=running-badge]:visible';

test('Address_that_leads_nowhere_says_so_and_where_to_go', async () => {
  await examine(dashboard, 'not-found', '/nowhere', (page) => page.getByRole('heading', { level: 2, name: 'There is no such page' }).waitFor());
});

test('Palette_finds_pages_pipelines_and_executions_by_keys_alone', async () => {
  await examine(dashboard, 'palette', '/nowhere', async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Waits' }).first().waitFor();
  });
  const page = await dashboard.open('/nowhere');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('overv');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe('/');
});

test('What_is_typed_before_the_palette_is_there_is_meant_for_it', async () => {
  const page = await dashboard.open('/nowhere');
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => { arrive = resolve; });
  await page.route(/\/Palette[^/]*\.js$/, async (route) => {
    await arrived;
    await route.continue();
  });
  const asked = page.waitForRequest(/\/Palette/);
  await page.keyboard.press('Control+k');
  await asked;
  await page.keyboard.type('overv');
  await page.keyboard.press('Enter');
  arrive();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/');
});

test('Enter_waits_for_the_names_that_are_still_being_read', async () => {
  const page = await dashboard.open('/nowhere');
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => { arrive = resolve; });
  await page.route('**/api/pipelines', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /^Search pages/ }).waitFor();
  await page.keyboard.type('waits');
  await page.keyboard.press('Enter');
  await page.getByText('Reading…').waitFor();
  arrive();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/pipelines/waits');
});

test('Keys_are_listed_when_a_question_mark_is_pressed', async () => {
  await examine(dashboard, 'keys', '/nowhere', async (page) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  });
});

test('Chosen_theme_stays_and_nothing_flashes_when_the_page_is_opened_again', async () => {
  const page = await dashboard.open('/nowhere', { theme: 'light' });
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');

  // Before any script of the application has run.
  await page.route('**/_app/**', (route) => route.abort());
  const again = await page.context().newPage();
  await again.route('**/_app/**', (route) => route.abort());
  await again.goto(`${dashboard.server.address}/nowhere`, { waitUntil: 'domcontentloaded' });
  expect(await again.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
});

test('Keyboard_skips_the_navigation', async () => {
  const page = await dashboard.open('/nowhere');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});

test('Badge_counts_up_and_down_in_two_tabs', async () => {
  const one = await dashboard.open('/nowhere');
  const two = await dashboard.open('/nowhere', { beside: one });
  expect(await one.locator(badge).count()).toBe(0);
  await dashboard.server.run('waits');
  await dashboard.server.run('waits');
  for (const page of [one, two]) await expect.poll(() => page.locator(badge).textContent()).toContain('2');
  await dashboard.server.ask('POST', '/api/events', { type: 'go' });
  for (const page of [one, two]) await expect.poll(() => page.locator(badge).count()).toBe(0);
});

test('Connection_is_told_when_the_server_goes_and_comes_back', async () => {
  const page = await dashboard.open('/nowhere', { allow: /Failed to load resource/ });
  await dashboard.server.stop('SIGKILL');
  await page.locator('[data-connection=broken]').waitFor();
  await dashboard.server.start();
  await page.locator('[data-connection=live], [data-connection=polling]').waitFor();
});
