import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

/** Two stages that print a word every tenth of a second, each until its file is there. */
const talkPipeline = `
id: talk
name: Talk
inputs: { until: { type: string, required: true } }
stages:
  - { id: speak, name: Speak up, type: shell, shell: { env: { UNTIL: "\${{ inputs.until }}" }, run: "n=0; until [ -e $UNTIL.speak ] || [ $n -ge 600 ]; do n=$((n+1)); echo word $n; sleep 0.1; done; echo the last word" } }
  - { id: after, type: shell, needs: [speak], shell: { env: { UNTIL: "\${{ inputs.until }}" }, run: "n=0; until [ -e $UNTIL.after ] || [ $n -ge 600 ]; do n=$((n+1)); echo more $n; sleep 0.1; done" } }
`;
const pipelines = {
  talk: talkPipeline,
  quiet: 'id: quiet\nname: Quiet\nstages:\n  - { id: nothing, type: shell, shell: { run: "true" } }\n',
  waits: 'id: waits\nname: Waits\nstages:\n  - { id: hold, type: wait, wait: { event: never } }\n  - { id: later, type: data, needs: [hold], data: { value: 1 } }\n',
  asks: `
id: asks
name: Asks
stages:
  - id: publish
    type: shell
    triggers: { approval: { message: "Publish it?" } }
    shell: { run: echo published }
`,
  gate: `
id: gate
name: Gate
stages:
  - { id: build, type: shell, shell: { run: sleep 0.5 } }
  - { id: never, type: shell, needs: [build], when: "1 == 2", shell: { run: echo never } }
  - id: publish
    name: Publish
    type: shell
    triggers: { all: [{ completed: build }, { approval: { message: "Publish it?" } }] }
    shell: { run: sleep 0.5 }
  - { id: pause, type: wait, needs: [publish], wait: { for: 1s } }
`,
  breaks: `
id: breaks
name: Breaks
stages:
  - { id: fine, type: shell, shell: { run: echo fine } }
  - { id: broken, name: Pack it up, type: shell, needs: [fine], shell: { run: "echo begun >&2; echo 'tar: no space left' >&2; exit 3" } }
`,
};

const hostileWords = '<img src=x onerror=window.hacked=1>';

const dashboard = useDashboard({ pipelines });
const inspector = (page: Page) => page.getByTestId(/^(inspector|followed)$/);
const search = (page: Page) => new URL(page.url()).search;
const statusOf = async (id: string) => (await dashboard.server.ask<{ status: string }>('GET', `/api/executions/${id}`)).status;
const ended = (id: string) => until(async () => /completed|failed|cancelled/.test(await statusOf(id)), `the end of ${id}`);
const open = (id: string, query = '', options: Parameters<typeof dashboard.open>[1] = {}) => dashboard.open(`/executions/${id}${query}`, options);

async function run(pipeline: string, isEnded = false): Promise<string> {
  const id = await dashboard.server.run(pipeline);
  if (isEnded) await ended(id);
  return id;
}

let talks = 0;
async function talk() {
  const file = join(dashboard.server.folder, `talk-${++talks}`);
  const id = await dashboard.server.run('talk', { input: { until: file } });
  return { id, end: (...stages: ('speak' | 'after')[]) => stages.forEach((stage) => writeFileSync(`${file}.${stage}`, '')) };
}

describe('Inspector', () => {
  test('Stage_that_runs_is_shown_by_itself_and_followed_until_one_is_chosen', async () => {
    const { id, end } = await talk();
    const page = await open(id);
    await inspector(page).getByText(/word \d+/).first().waitFor();
    await look(page, 'watching-followed');
    await page.setViewportSize({ width: 1440, height: 900 });
    end('speak');
    await inspector(page).getByText(/more \d+/).first().waitFor();
    expect(search(page)).toBe('');
    await page.keyboard.press('k');
    await inspector(page).getByText('the last word').first().waitFor();
    await expect.poll(() => search(page)).toBe('?stage=speak');
    end('after');
  });

  test('Stage_that_failed_is_shown_by_itself_and_one_of_a_link_rather', async () => {
    const id = await run('breaks', true);
    const page = await open(id);
    await inspector(page).getByRole('heading', { name: 'Pack it up' }).waitFor();
    await page.goto(`${dashboard.server.address}/executions/${id}?stage=fine`);
    await inspector(page).getByRole('heading', { name: 'fine' }).waitFor();
  });

  test('Inspector_that_was_closed_stays_closed_until_it_is_asked_for', async () => {
    const { id, end } = await talk();
    const page = await open(id);
    await inspector(page).getByText(/word \d+/).first().waitFor();
    await page.getByRole('button', { name: 'Close the inspector' }).click();
    await page.getByRole('separator').waitFor({ state: 'detached' });
    end('speak');
    await page.locator('[data-stage=after][data-status=running]').waitFor();
    expect(await inspector(page).count()).toBe(0);
    await page.keyboard.press('i');
    await inspector(page).getByText(/more \d+/).first().waitFor();
    await page.keyboard.press('i');
    await inspector(page).waitFor({ state: 'detached' });
    await page.locator('[data-stage=speak] button').click();
    await inspector(page).getByText('the last word').first().waitFor();
    end('after');
  });

  test('Sheet_opens_for_a_chosen_stage_alone_and_Escape_closes_it_before_it_asks_for_anything', async () => {
    const id = await run('waits');
    const page = await open(id, '', { width: 360 });
    const sheet = page.getByRole('dialog', { name: 'Inspector' });
    await page.locator('[data-stage=hold][data-status=waiting]').waitFor();
    expect(await sheet.count()).toBe(0);
    await page.locator('[data-stage=hold] button').click();
    await sheet.waitFor();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(await page.getByText('Cancel this execution?').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByText('Cancel this execution?').waitFor();
  });

  test('Stage_that_printed_nothing_says_so', async () => {
    const page = await open(await run('quiet', true), '?stage=nothing');
    await inspector(page).getByText('It has logged nothing.').waitFor();
  });
});

describe('Failure', () => {
  test('Banner_names_the_stage_and_says_what_it_said_last', async () => {
    const id = await run('breaks', true);
    const page = await open(id);
    const banner = page.getByRole('alert');
    await banner.getByText('Pack it up failed.').waitFor();
    expect(await banner.locator('[data-last-words]').textContent()).toBe('tar: no space left');
    await look(page, 'watching-failed');
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await page.locator('[data-stage=broken] [data-times] time').count()).toBe(2);
    await banner.getByRole('button', { name: 'Show the stage' }).click();
    await expect.poll(() => search(page)).toBe('?stage=broken');
  });

  test('Execution_that_was_deleted_says_by_whom_and_when', async () => {
    const id = await run('quiet', true);
    await dashboard.server.ask('DELETE', `/api/executions/${id}`);
    const page = await open(id, '', { allow: /Failed to load resource/ });
    await page.getByText(/deleted by local at \d\d:\d\d:\d\d/).waitFor();
  });
});

describe('Answers', () => {
  test('Rejection_is_shown_with_who_gave_it_and_their_words', async () => {
    const id = await run('asks');
    const page = await open(id, '?stage=publish');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Comment').fill(hostileWords);
    await look(page, 'execution-reject');
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await ended(id);
    await inspector(page).locator('[data-answer]').getByText(`Rejected by local: ${hostileWords}`).waitFor();
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    await look(page, 'watching-rejected');
  });
});

describe('Address', () => {
  const lines = (page: Page) => page.getByRole('log', { name: 'Log lines' }).locator('.log-row').allTextContents();

  test('Logs_are_narrowed_to_the_stage_that_they_are_opened_of_and_stay_so_on_other_tabs_and_after_a_reload', async () => {
    const page = await open(await run('breaks', true), '?stage=broken');
    await inspector(page).getByRole('link', { name: 'Open in the logs' }).click();
    const log = page.getByRole('log', { name: 'Log lines' });
    await log.getByText('exited with 3').waitFor();
    expect((await lines(page)).join()).not.toContain('fine');
    await expect.poll(() => new URL(page.url()).searchParams.get('in')).toBe('broken');
    await page.getByRole('button', { name: 'stderr' }).click();
    await log.getByText('exited with 3').waitFor({ state: 'detached' });
    await log.getByText('tar: no space left').waitFor();
    await look(page, 'watching-stderr');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('searchbox', { name: 'Search the whole log' }).fill('SPACE');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('SPACE');
    await page.getByRole('tab', { name: 'Graph' }).click();
    await page.getByRole('tab', { name: 'Logs' }).click();
    for (const again of [false, true]) {
      if (again) await page.reload();
      await log.getByText('tar: no space left').waitFor();
      await page.getByText('1 of 1', { exact: true }).waitFor();
      expect((await lines(page)).join()).not.toMatch(/fine|exited/);
      const query = new URL(page.url()).searchParams;
      expect(['in', 'stream', 'q', 'stage'].map((name) => query.get(name))).toEqual(['broken', 'error', 'SPACE', null]);
    }
  });

  test('Replay_keeps_how_a_moment_is_looked_at', async () => {
    const page = await open(await run('breaks', true), '?tab=replay&at=4&stage=fine');
    const gantt = page.getByRole('group', { name: 'Look at the moment as' }).getByRole('button', { name: 'Gantt' });
    await gantt.click();
    await expect.poll(() => search(page)).toContain('look=gantt');
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('tab', { name: 'Replay' }).click();
    await page.getByRole('treegrid').waitFor();
    expect(await gantt.getAttribute('aria-pressed')).toBe('true');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy a link to this moment' }).click();
    const copied = async () => [...new URLSearchParams((await page.evaluate(() => navigator.clipboard.readText())).split('?')[1])].sort();
    await expect.poll(copied).toEqual([['at', '4'], ['look', 'gantt'], ['stage', 'fine'], ['tab', 'replay']]);
  });
});

describe('Gantt', () => {
  test('Bar_shows_how_long_a_person_was_waited_for_and_nothing_of_what_was_skipped', async () => {
    const id = await run('gate');
    const page = await open(id, '?draw=gantt');
    const bars = (stage: string) => page.locator(`[data-key=${stage}] [data-bar]`).evaluateAll((all) => all.map((bar) => bar.getAttribute('data-bar')));
    await page.locator('[data-key=publish][data-status=blocked] [data-bar=wait]').waitFor();
    await until(async () => Date.now() - (await dashboard.server.ask<{ createdAt: number }>('GET', `/api/executions/${id}`)).createdAt > 2000, 'a while');
    await look(page, 'watching-gantt-waits');
    await dashboard.server.ask('POST', `/api/executions/${id}/approve`, { stage: 'publish' });
    await ended(id);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.locator('[data-key=pause][data-status=completed] [data-bar=wait]').waitFor();
    expect((await bars('publish')).filter((kind) => kind !== 'queue')).toEqual(['wait', 'run']);
    expect(await bars('never')).toEqual([]);
    expect(await page.locator('[data-key=never]').textContent()).not.toContain('0 ms');
    await page.locator('[data-key=publish]').hover();
    await page.locator('[data-detail]').getByText(/waited [\d.]+ s for approval/).waitFor();
    await page.mouse.wheel(0, 100);
    await page.locator('[data-detail]').getByText('To zoom turn the wheel with Ctrl').waitFor();
    await look(page, 'watching-gantt');
    await page.reload();
    await page.locator('[data-key=publish] [data-bar=wait]').waitFor();
  });
});

describe('Replay', () => {
  test('Header_is_as_of_the_moment', async () => {
    const id = await run('breaks', true);
    const page = await open(id, '?tab=replay&at=3');
    await page.locator('header [data-status=running]').first().waitFor();
    expect(await page.locator('[data-count=completed]').textContent()).toMatch(/0\s+completed/);
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.locator('header [data-status=failed]').first().waitFor();
  });
});

describe('Events', () => {
  test('Page_that_is_paused_counts_what_it_has_and_what_there_is', async () => {
    const { id, end } = await talk();
    const page = await open(id);
    await page.locator('header [data-mode=LIVE]').waitFor();
    await page.keyboard.press('p');
    const counts = async () => (/([\d,]+) of ([\d,]+) events/.exec((await page.locator('footer [data-mode=Paused]').textContent())!) ?? []).slice(1).map(Number);
    await expect.poll(async () => ((n) => n[1]! - n[0]!)(await counts())).toBeGreaterThan(10);
    await look(page, 'watching-paused');
    await page.keyboard.press('p');
    end('speak', 'after');
    await ended(id);
    const { seq } = await dashboard.server.ask<{ seq: number }>('GET', `/api/executions/${id}`);
    await expect.poll(() => page.locator('footer [data-mode=Ended]').textContent()).toContain(`${seq} of ${seq} events`);
  });
});

describe('Commands', () => {
  test('Execution_that_was_cancelled_is_retried', async () => {
    const id = await run('waits');
    await dashboard.server.ask('POST', `/api/executions/${id}/cancel`, {});
    await ended(id);
    const page = await open(id);
    await page.locator('[data-count=cancelled]').getByText('2').waitFor();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('turn 2').waitFor();
    expect(await statusOf(id)).toBe('running');
  });
});
