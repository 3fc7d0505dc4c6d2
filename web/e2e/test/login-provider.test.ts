import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { look, useDashboard } from '../harness/dashboard.js';
import { OpenIdProvider } from '../harness/provider.js';

const hello = 'id: hello\nname: Say hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n';
const refused = /Failed to load resource: the server responded with a status of 401/;
const provider = new OpenIdProvider();
beforeAll(() => provider.start());
const dashboard = useDashboard({ pipelines: { hello }, serve: () => provider.flags });
afterAll(() => provider.stop());

const signIn = (page: Page) => page.getByRole('link', { name: 'Continue with Example ID' });
const place = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;

test('Login_offers_the_provider_before_anything_else', async () => {
  const page = await dashboard.open('/login', { allow: refused });
  await signIn(page).waitFor();
  await look(page, 'login-provider');
});

test('Provider_lets_somebody_in_who_comes_back_to_where_they_wanted_and_signs_out', async () => {
  const page = await dashboard.open('/executions?status=failed', { allow: refused });
  await signIn(page).click();
  await page.getByRole('heading', { name: 'Sign in to Sightglass?' }).waitFor();
  expect(new URL(page.url()).origin).toBe(provider.issuer);
  await page.getByRole('link', { name: 'Yes' }).click();
  await expect.poll(() => place(page)).toBe('/executions?status=failed');
  await page.getByRole('button', { name: 'ada' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign ada out' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/login');
  await page.goto(`${dashboard.server.address}/executions`);
  await signIn(page).waitFor();
});

test('Somebody_who_says_no_at_the_provider_reads_so_and_may_try_again', async () => {
  const page = await dashboard.open('/pipelines', { allow: refused });
  await signIn(page).click();
  await page.getByRole('link', { name: 'No', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'The provider refused the sign-in.' }).waitFor();
  await look(page, 'login-provider-refused');
  await signIn(page).click();
  await page.getByRole('link', { name: 'Yes' }).click();
  await expect.poll(() => place(page)).toBe('/pipelines');
});

test('Login_that_took_too_long_or_was_not_begun_here_says_so', async () => {
  const page = await dashboard.open('/login', { allow: refused });
  await page.goto(`${dashboard.server.address}/api/auth/oidc/callback?code=1&state=of-another-login`);
  await page.getByRole('alert').filter({ hasText: 'The sign-in took too long, or did not begin in this browser.' }).waitFor();
  await signIn(page).waitFor();
});

test('Somebody_whose_name_cannot_be_one_here_is_told_whom_to_ask', async () => {
  const before = provider.claims;
  provider.claims = { sub: 'other', preferred_username: ' \n ' };
  try {
    const page = await dashboard.open('/login', { allow: refused });
    await signIn(page).click();
    await page.getByRole('link', { name: 'Yes' }).click();
    await page.getByRole('alert').filter({ hasText: 'Ask an admin for one.' }).waitFor();
  } finally {
    provider.claims = before;
  }
});

test('Provider_that_is_away_is_told_and_the_page_stays_usable', async () => {
  const page = await dashboard.open('/login', { allow: refused });
  await signIn(page).waitFor();
  await provider.stop();
  await page.goto(`${dashboard.server.address}/login?error=oidc_unavailable&next=%2F`);
  await page.getByRole('alert').filter({ hasText: 'The provider cannot be reached now' }).waitFor();
  await signIn(page).waitFor();
});
