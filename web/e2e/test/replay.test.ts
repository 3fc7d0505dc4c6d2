import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { examine, until, useDashboard } from '../harness/dashboard.js';

const pipelines = {
  steps: `id: steps
name: Steps
onFailure: continue
stages:
  - { id: one, name: First, shell: { run: echo first line } }
  - { id: two, name: Second, needs: [one], shell: { run: exit 3 } }
  - { id: three, name: Third, needs: [one], shell: { run: echo third line } }
`,
  tries: `id: tries
name: Tries
stages:
  - id: talk
    type: shell
    retry: { maxAttempts: 2, delay: 10ms }
    shell: { run: "echo try $SIGHTGLASS_ATTEMPT; sleep 0.4; echo once more; sleep 0.4; echo the end; exit 3" }
`,
};

interface Event { seq: number; type: string; stage?: string; attempt?: number; data: { text?: string } }

let id = '';
let events: Event[] = [];
const dashboard = useDashboard({
  pipelines,
  ready: async (server) => {
    id = await server.run('steps');
    await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${id}`)).endTime !== null, 'the execution ends');
    events = (await server.ask<{ events: Event[] }>('GET', `/api/executions/${id}/events`)).events;
  },
});

const seqOf = (type: string, stage: string) => events.find((event) => event.type === type && event.stage === stage)!.seq;
const place = (page: Page) => page.getByRole('slider', { name: 'Moment of the log' });
const at = async (page: Page) => Number(await page.locator('[data-at]').getAttribute('data-at'));
const isAt = (page: Page, seq: number) => expect.poll(() => at(page)).toBe(seq);

test('Replay_is_well_made_in_both_themes_and_widths', () =>
  examine(dashboard, 'viewer-replay', `/executions/${id}?tab=replay&at=${seqOf('stage.failed', 'two')}`, (page) => page.locator('[data-event]', { hasText: 'two: failed' }).waitFor()));

test('Link_to_a_moment_shows_each_stage_as_it_was_then', async () => {
  for (const [type, stage] of [['stage.started', 'one'], ['stage.completed', 'one'], ['stage.failed', 'two']] as const) {
    const seq = seqOf(type, stage);
    const page = await dashboard.open(`/executions/${id}?tab=replay&at=${seq}`);
    await isAt(page, seq);
    const truth = await dashboard.server.ask<{ stages: { key: string; status: string }[] }>('GET', `/api/executions/${id}/state?at=${seq}`);
    await page.getByRole('button', { name: 'Gantt', exact: true }).click();
    for (const { key, status } of truth.stages) await page.locator(`[role=row][data-key=${key}][data-status=${status}]`).waitFor();
  }
});

test('Keys_step_by_event_by_stage_and_to_failures', async () => {
  const page = await dashboard.open(`/executions/${id}?tab=replay`);
  await isAt(page, 1);
  await page.keyboard.press('ArrowRight');
  await isAt(page, 2);
  await page.keyboard.press('ArrowLeft');
  await isAt(page, 1);
  await expect.poll(() => place(page).locator('path').first().getAttribute('d')).toMatch(/^M/);
  await page.keyboard.press('Shift+ArrowRight');
  await isAt(page, seqOf('stage.started', 'one'));
  await page.keyboard.press('Shift+ArrowRight');
  await isAt(page, seqOf('stage.completed', 'one'));
  await page.keyboard.press('f');
  await isAt(page, seqOf('stage.failed', 'two'));
  await page.waitForURL(new RegExp(`at=${seqOf('stage.failed', 'two')}(&|$)`));
  await page.keyboard.press('End');
  await isAt(page, events.at(-1)!.seq);
  await page.keyboard.press('Home');
  await isAt(page, 1);
});

test('Space_plays_to_the_end_and_no_further', async () => {
  const page = await dashboard.open(`/executions/${id}?tab=replay`);
  await isAt(page, 1);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '×64' });
  await page.locator('[data-event]').click();
  await page.keyboard.press('Space');
  await isAt(page, events.at(-1)!.seq);
  await page.getByRole('button', { name: /^Play/ }).waitFor();
});

test('Logs_of_a_moment_are_those_that_were_there_then', async () => {
  const before = seqOf('stage.started', 'one');
  const page = await dashboard.open(`/executions/${id}?tab=replay&at=${before}`);
  await isAt(page, before);
  await page.getByRole('button', { name: 'Logs', exact: true }).last().click();
  await place(page).press('End');
  await isAt(page, events.at(-1)!.seq);
  await page.getByText('first line').first().waitFor();
  await place(page).press('Home');
  await isAt(page, 1);
  await expect.poll(() => page.getByText('first line').count()).toBe(0);
});

test('Inspector_shows_a_stage_as_it_was_whatever_came_later', async () => {
  const other = await dashboard.server.run('tries');
  await until(async () => (await dashboard.server.ask<{ endTime: number | null }>('GET', `/api/executions/${other}`)).endTime !== null, 'the execution ends');
  const { events } = await dashboard.server.ask<{ events: Event[] }>('GET', `/api/executions/${other}/events`);
  const page = await dashboard.open(`/executions/${other}?tab=replay&stage=talk&at=1`);
  const section = (key: string) => page.locator(`[data-section=${key}]`);
  let printed = '';
  let attempts: string[] = [];
  const isTold = async () => {
    if (attempts.length > 0) {
      const text = page.getByRole('region', { name: 'Printed output' });
      if (printed === '') await expect.poll(() => text.count()).toBe(0);
      else await expect.poll(async () => (await text.textContent())?.trim()).toBe(printed.trim());
      await expect.poll(() => section('attempts').locator('tbody [data-status]').evaluateAll((all) => all.map((one) => one.getAttribute('data-status')))).toEqual(attempts.toReversed());
    } else expect(await section('attempts').count()).toBe(0);
    expect(await section('error').count()).toBe(attempts.includes('failed') ? 1 : 0);
  };
  const take = (event: Event) => {
    if (event.type === 'stage.started') [printed, attempts] = ['', [...attempts, 'running']];
    if (event.type === 'stage.output') printed += event.data.text ?? '';
    if (event.type === 'stage.failed') attempts = [...attempts.slice(0, -1), 'failed'];
  };
  take(events[0]!);
  await isAt(page, 1);

  // On, an event at a time.
  for (const event of events.slice(1)) {
    take(event);
    await page.keyboard.press('ArrowRight');
    await isAt(page, event.seq);
    if (event.type === 'stage.started' && attempts.length === 1) await section('attempts').getByRole('heading').getByRole('button').click();
    await isTold();
  }

  // Back, and ahead by a jump.
  for (const seq of [events.find((event) => event.type === 'stage.output')!.seq, events.at(-1)!.seq, events.findLast((event) => event.type === 'stage.output')!.seq - 1]) {
    [printed, attempts] = ['', []];
    for (const event of events.slice(0, seq)) take(event);
    await place(page).focus();
    await page.goto(`${dashboard.server.address}/executions/${other}?tab=replay&stage=talk&at=${seq}`);
    await isAt(page, seq);
    await isTold();
  }
  await place(page).press('Home');
  await isAt(page, 1);
  expect(await section('output').count()).toBe(0);
  await place(page).press('End');
  await isAt(page, events.at(-1)!.seq);
  [printed, attempts] = ['', []];
  events.forEach(take);
  await isTold();
});
