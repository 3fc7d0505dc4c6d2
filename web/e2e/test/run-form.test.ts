import { expect, test } from 'vitest';
import { look, useDashboard } from '../harness/dashboard.js';

const kinds = `id: kinds
name: Every kind of input
inputs:
  title: { type: string, required: true, description: What the report is called. }
  note: { type: string, default: Hello }
  count: { type: integer, required: true }
  ratio: { type: number, default: 0.5 }
  dry: { type: boolean, default: true }
  sure: { type: boolean, required: true }
  level: { type: string, enum: [low, high], default: low }
  size: { type: integer, enum: [1, 2], required: true }
  options: { type: object, default: { retries: 3 } }
  files: { type: array, required: true }
  anything: { type: any }
  token: { type: string, secret: true, required: true }
stages:
  - { id: echo, type: data, data: { value: inputs.note } }
`;
const dashboard = useDashboard({ pipelines: { kinds } });

test('What_was_filled_in_is_there_after_another_tab_or_page_was_looked_at_but_for_secrets', async () => {
  const page = await dashboard.open('/pipelines/kinds');
  await page.getByLabel('title').fill('A report');
  await page.getByLabel('files').fill('["a"]');
  await page.getByLabel('token').fill('hidden');
  await page.getByLabel('size').selectOption('2');
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.locator('canvas').first().waitFor();
  await page.getByRole('tab', { name: 'Run' }).click();
  const texts = () => Promise.all(['title', 'files', 'size', 'token'].map((name) => page.getByLabel(name).inputValue()));
  expect(await texts()).toEqual(['A report', '["a"]', '2', '']);
  await page.getByRole('link', { name: 'History' }).first().click();
  await page.getByRole('heading', { name: 'History' }).waitFor();
  await page.goBack();
  await expect.poll(texts).toEqual(['A report', '["a"]', '2', '']);
});

test('Form_of_every_kind_of_input_tells_all_that_is_wrong_and_sends_what_is_shown', async () => {
  const page = await dashboard.open('/pipelines/kinds');
  await page.getByLabel('ratio').fill('');
  await page.getByLabel('options').fill('{ "a": ');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => page.getByText('This input is required.').count()).toBe(6);
  await page.getByText('This is no JSON').waitFor();
  await expect.poll(() => page.getByLabel('title').evaluate((field) => field === document.activeElement)).toBe(true);
  await look(page, 'pipeline-run-kinds');
  for (const [name, text] of [['title', '<b>"x"</b>'], ['note', ''], ['count', '12345678901234567890'], ['options', '{"a":1}'], ['files', '[1.50]'], ['token', 'hidden']] as const) await page.getByLabel(name).fill(text);
  await page.getByLabel('sure').selectOption('false');
  await page.getByLabel('size').selectOption('1');
  const sent = page.waitForRequest('**/api/pipelines/kinds/run');
  await page.keyboard.press('Control+Enter');
  expect((await sent).postData()).toContain('{"title":"<b>\\"x\\"</b>","note":"","count":12345678901234567890,"dry":true,"sure":false,"level":"low","size":1,"options":{"a":1},"files":[1.50],"token":"hidden"}');
});
