import { expect, test } from 'vitest';
import { examine, look, until, useDashboard } from '../harness/dashboard.js';

const pipelines = {
  write: `id: write
name: Write
inputs:
  topic: { type: string, default: tea }
  tail: { type: string, default: the end }
stages:
  - { id: draft, type: data, data: { value: "'A text about ' + inputs.topic + ' and its ' + inputs.tail" } }
  - { id: same, type: data, data: { value: "'always the same'" } }
  - { id: end, needs: [draft, same], type: data, data: { value: "stages.draft.output + '.'" } }
`,
  slow: 'id: slow\nname: Slow\nstages:\n  - { id: sleep, type: shell, shell: { run: sleep 60 } }\n',
};
const dashboard = useDashboard({ pipelines });

async function finished(input: object): Promise<string> {
  const id = await dashboard.server.run('write', { input });
  await until(async () => (await dashboard.server.ask<{ status: string }>('GET', `/api/executions/${id}`)).status === 'completed', 'it completes');
  return id;
}

test('Comparison_shows_where_two_executions_part', async () => {
  const [left, right] = [await finished({ topic: 'green tea' }), await finished({ topic: 'black tea' })];
  await examine(dashboard, 'compare', `/compare?left=${left}&right=${right}`, (page) => page.getByText('2 of 3 stages differ').waitFor());
  const page = await dashboard.open(`/compare?left=${left}&right=${right}`);
  await page.getByRole('button', { name: 'To where they part: draft' }).click();
  const stage = page.locator('#stage-draft');
  await expect.poll(() => stage.locator('del').last().innerText()).toBe('green');
  await expect.poll(() => stage.locator('ins').last().innerText()).toBe('black');
  await look(page, 'compare-open');
  await page.getByRole('link', { name: 'Swap sides' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('left')).toBe(right);
});

test('Comparison_of_nothing_says_how_to_choose', () => examine(dashboard, 'compare-empty', '/compare', (page) => page.getByText('Choose two executions').waitFor()));

test('Workers_show_what_each_runs', async () => {
  const id = await dashboard.server.run('slow');
  await examine(dashboard, 'workers', '/workers', (page) => page.getByRole('link', { name: /^sleep/ }).waitFor());
  await dashboard.server.ask('POST', `/api/executions/${id}/cancel`);
  const page = await dashboard.open('/workers');
  await page.getByText('It runs nothing now.').waitFor();
});

test('Token_is_shown_once_and_can_be_revoked', async () => {
  const page = await dashboard.open('/settings');
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByLabel('Name').fill('ci');
  await page.getByRole('button', { name: 'Make the token' }).click();
  const secret = await page.locator('code', { hasText: /^sg_/ }).innerText();
  expect((await fetch(`${dashboard.server.address}/api/pipelines`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(200);
  await look(page, 'settings-token');
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('button', { name: 'Revoke ci' }).click();
  await page.getByRole('button', { name: 'Revoke the token' }).click();
  await page.getByText('There are no tokens.').waitFor();
  expect((await fetch(`${dashboard.server.address}/api/pipelines`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(401);
});

test('Streaming_is_turned_off_and_on_again', async () => {
  const page = await dashboard.open('/settings');
  const flag = async () => (await dashboard.server.ask<{ flags: { ENABLE_EXECUTION_STREAMING: boolean } }>('GET', '/api/config/status')).flags.ENABLE_EXECUTION_STREAMING;
  await page.getByLabel('Stream executions to their viewers').uncheck();
  await until(async () => !(await flag()), 'streaming is off');
  await page.getByLabel('Stream executions to their viewers').check();
  await until(flag, 'streaming is on');
});

test('First_account_is_made_and_then_everybody_has_to_log_in', async () => {
  const page = await dashboard.open('/settings', { allow: /401|409/ });
  await page.getByRole('button', { name: 'New account' }).click();
  await page.getByText('It is the first').waitFor();
  await look(page, 'settings-account');
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Add the account' }).click();
  await page.waitForURL(/\/login/);
  await page.getByLabel(/name/i).first().fill('ada');
  await page.getByLabel('Password').fill('a long enough password');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.getByLabel('Role of ada').waitFor();
  await look(page, 'settings');
  await page.getByRole('button', { name: 'Disable ada' }).click();
  await page.getByText('ada stays as before.').first().waitFor();
});
