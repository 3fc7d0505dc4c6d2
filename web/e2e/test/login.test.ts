import { expect, test } from 'vitest';
import { examine, look, useDashboard } from '../harness/dashboard.js';

const hello = 'id: hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n';
const password = 'correct horse battery staple';
const refused = /Failed to load resource: the server responded with a status of 401/;
const dashboard = useDashboard({
  pipelines: { hello },
  ready: async (server) => {
    await server.command(['users', 'add', 'ada', '--role', 'admin'], `${password}\n`);
    await server.command(['users', 'add', 'vera', '--role', 'viewer'], `${password}\n`);
  },
});

test('Stranger_is_led_to_the_login_and_back_to_where_they_wanted', async () => {
  const page = await dashboard.open('/nowhere?a=1', { allow: refused });
  await expect.poll(() => page.url()).toContain(`/login?next=${encodeURIComponent('/nowhere?a=1')}`);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill('not this one, surely');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(password);
  await expect.poll(async () => {
    // After a login that failed the next has to wait.
    const button = page.getByRole('button', { name: 'Sign in' });
    if (await button.isVisible() && await button.isEnabled()) {
      await page.getByLabel('Password').fill(password);
      await button.click();
    }
    await page.waitForTimeout(300);
    return new URL(page.url()).pathname + new URL(page.url()).search;
  }).toBe('/nowhere?a=1');
  await page.getByRole('button', { name: 'ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign ada out' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/login');
});

test('Login_shows_its_place_until_the_server_says_how_one_signs_in', async () => {
  let answer = () => {};
  const page = await dashboard.open('/login', {
    allow: refused,
    prepare: async (opened) => void (await opened.route('**/api/auth/methods', (route) => { answer = () => void route.continue(); })),
  });
  await page.getByRole('status', { name: 'Asking how to sign in' }).waitFor();
  await look(page, 'login-loading');
  const heading = page.getByRole('heading', { name: 'Sign in to Sightglass' });
  const before = await heading.boundingBox();
  answer();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await heading.boundingBox()).toEqual(before);
  expect(await page.getByRole('status', { name: 'Asking how to sign in' }).count()).toBe(0);
});

test('Login_whose_ways_cannot_be_had_says_so_and_tries_again', async () => {
  let isAway = true;
  const page = await dashboard.open('/login', {
    allow: /Failed to load resource/,
    prepare: async (opened) => void (await opened.route('**/api/auth/methods', (route) => (isAway ? route.abort() : route.continue()))),
  });
  await page.getByText('It is not known how to sign in.').waitFor();
  await look(page, 'login-broken');
  isAway = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('Login_can_be_read_in_every_theme_and_width', async () => {
  await examine(dashboard, 'login', '/login', (page) => page.getByRole('button', { name: 'Sign in' }).waitFor());
});

test('Viewer_sees_what_there_is_and_is_told_what_needs_another_role', async () => {
  const page = await dashboard.open('/login', { allow: refused });
  await page.getByLabel('Name').fill('vera');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('You may watch them; an operator starts them.').waitFor();
  await look(page, 'viewer-overview');
  for (const [name, path, text] of [
    ['pipeline-new', '/pipelines/new', 'Only authors write pipelines'],
    ['pipeline', '/pipelines/hello', 'not run yet'],
    ['settings', '/settings', 'viewer of default'],
  ] as const) {
    await page.goto(dashboard.server.address + path);
    await page.getByText(text).first().waitFor();
    expect(await page.getByRole('button', { name: /^(Run|Delete|New account)$/ }).count(), path).toBe(0);
    await look(page, `viewer-${name}`);
  }
});
