import { describe, expect, test } from 'vitest';
import { examine, look, useDashboard } from '../harness/dashboard.js';
import { mode, parallelPipeline, rows, talkPipeline, useExecutions } from '../harness/executions.js';

const hostile = '<img src=x onerror=window.hacked=1>';
const pipelines = {
  hello: 'id: hello\nname: Say hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n',
  parallel: parallelPipeline,
  talk: talkPipeline,
  breaks: `
id: breaks
name: Breaks
stages:
  - { id: fine, type: shell, shell: { run: echo fine } }
  - { id: broken, name: "${hostile}", type: shell, needs: [fine], shell: { run: "echo '${hostile}' >&2; exit 3" } }
  - { id: never, type: shell, needs: [broken], shell: { run: echo never } }
`,
  asks: `
id: asks
name: Asks
stages:
  - { id: build, type: shell, shell: { run: echo built } }
  - id: publish
    name: Publish
    type: shell
    triggers: { all: [{ completed: build }, { approval: { by: [operator], message: "Publish it?" } }] }
    shell: { run: echo published }
`,
  many: `
id: many
name: Many
stages:
  - { id: items, type: data, data: { value: "[1, 2, 3, 4, 5, 6, 7, 8]" } }
  - { id: each, name: Each of them, type: shell, forEach: "\${{ stages.items.output }}", shell: { env: { N: "\${{ item }}" }, run: "test $N -ne 5" } }
`,
  dense: `
id: dense
name: Dense
onFailure: continue
personalities: { analyst: { name: Analytical Researcher with a long name, description: Weighs evidence. } }
stages:
  - { id: fetch, name: "Fetch and validate every single document of the archive of last year", type: shell, shell: { run: "echo fetched" } }
  - { id: think, name: Think, type: agent, needs: [fetch], agent: { personality: analyst, model: { provider: script, name: none.turns }, prompt: "?" } }
  - { id: flaky, type: shell, needs: [fetch], retry: { maxAttempts: 2, delay: 10ms }, shell: { run: "exit 3" } }
  - { id: items, type: data, needs: [fetch], data: { value: "[1, 2, 3]" } }
  - { id: each, name: Each of them, type: shell, forEach: "\${{ stages.items.output }}", shell: { run: "true" } }
  - { id: wait, name: Between two tries, type: shell, needs: [fetch], retry: { maxAttempts: 5, delay: 1h }, shell: { run: "exit 4" } }
  - { id: runs, type: shell, needs: [fetch], shell: { run: "sleep 600" } }
`,
};

const dashboard = useDashboard({ pipelines });
const { agrees, ended, open, run, state, talk } = useExecutions(dashboard);

describe('States', () => {
  test('Execution_that_completed_is_shown_whole', async () => {
    const id = await run('hello');
    await examine(dashboard, 'execution-completed', `/executions/${id}`, (page) => mode(page, 'Ended'));
  });

  test('Stages_side_by_side_are_tied_together_and_say_what_the_last_waits_for', async () => {
    const id = await run('parallel', false);
    await examine(dashboard, 'execution-running', `/executions/${id}`, async (page) => {
      await mode(page, 'LIVE');
      await page.getByText('3 in parallel, 3 at once').waitFor();
      await page.getByText('waiting for 3 stages').waitFor();
    });
    for (const type of ['left', 'middle', 'right']) await dashboard.server.ask('POST', '/api/events', { type });
  });

  test('Execution_that_failed_says_where_and_shows_hostile_text_as_text', async () => {
    const id = await run('breaks');
    await examine(dashboard, 'execution-failed', `/executions/${id}`, async (page) => {
      await page.getByRole('alert').getByText(`${hostile} failed.`).waitFor();
      await page.getByText(hostile).first().waitFor();
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    });
    const page = await open(id);
    await page.getByRole('button', { name: 'Show the stage' }).click();
    await page.locator('[data-stage=broken] [aria-current=true]').waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('?stage=broken');
  });

  test('Approval_is_given_with_a_comment_and_the_stage_goes_on', async () => {
    const id = await run('asks', false);
    const page = await open(id);
    await page.locator('[data-approval=publish]').waitFor();
    await look(page, 'execution-approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByLabel('Comment').fill('Go');
    await look(page, 'execution-approve');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.locator('[data-stage=publish][data-status=completed]').waitFor();
    await agrees(page, id);
    const { events } = await dashboard.server.ask<{ events: { type: string; data: { comment?: string } }[] }>('GET', `/api/executions/${id}/events?types=approval.granted`);
    expect(events.map((event) => event.data.comment)).toEqual(['Go']);
  });

  test('Items_fold_into_one_line_and_the_next_error_unfolds_it', async () => {
    const id = await run('many');
    const page = await open(id);
    await page.getByText('8 items:').waitFor();
    expect(await page.locator('[data-stage]').count()).toBe(2);
    await page.keyboard.press('e');
    await page.locator('[data-stage="each[4]"][data-status=failed] [aria-current=true]').waitFor();
    await look(page, 'execution-items');
    await expect.poll(() => new URL(page.url()).searchParams.get('stage')).toBe('each[4]');
    await page.reload();
    await page.locator('[data-stage="each[4]"] [aria-current=true]').waitFor();
  });

  test('Inspector_lies_over_the_timeline_where_there_is_little_room', async () => {
    const id = await run('hello');
    const page = await open(id, '', { width: 360 });
    await page.locator('[data-stage=greet] button').click();
    const sheet = page.getByRole('dialog', { name: 'Inspector' });
    await sheet.getByText('Completed').first().waitFor();
    await look(page, 'execution-inspector');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Close Inspector' }).click();
    await page.locator('[data-stage=greet]').waitFor();
    expect(await sheet.count()).toBe(0);
    await expect.poll(() => new URL(page.url()).search).toBe('');
  });

  test('Row_has_times_attempt_personality_and_error_where_there_is_little_room_and_none_is_wider_than_the_list', async () => {
    const id = await run('dense', false);
    const page = await open(id, '', { width: 360 });
    const of = (key: string) => page.locator(`[data-stage="${key}"]`);
    await of('flaky').getByText('attempt 2/2').waitFor();
    await of('flaky').getByText('exited with 3').waitFor();
    await of('think').getByText('Analytical Researcher').waitFor();
    await of('wait').getByText(/waiting for its next attempt, /).waitFor();
    await of('each').getByText('3 items: 3 completed').waitFor();
    for (const key of ['fetch', 'think', 'flaky', 'each']) expect(await of(key).locator('[data-times] time').count()).toBe(2);
    expect(await of('runs').locator('[data-times] time').count()).toBe(1);
    await look(page, 'execution-dense');
    await page.setViewportSize({ width: 360, height: 740 });

    // What does not fit is cut where it stands: nothing lies over the duration or beside the row.
    const rows = await page.locator('[data-stage]').evaluateAll((all) => all.map((row) => {
      const box = row.getBoundingClientRect();
      const end = row.querySelector('[data-duration]')!.getBoundingClientRect().left;
      const texts = [...row.querySelectorAll('button:last-of-type > span:last-child span, code')].map((text) => text.getBoundingClientRect());
      return { height: box.height, isWithin: texts.every(({ left, right, top, bottom }) => left >= box.left && right <= end && top >= box.top && bottom <= box.bottom) };
    }));
    expect(rows).toEqual(rows.map(() => ({ height: 72, isWithin: true })));
    await page.setViewportSize({ width: 1440, height: 900 });
    await expect.poll(() => of('fetch').evaluate((row) => row.getBoundingClientRect().height)).toBe(52);
    await dashboard.server.ask('POST', `/api/executions/${id}/cancel`);
  });

  test('Execution_leads_to_its_comparison_with_the_one_before', async () => {
    const before = await run('hello');
    const id = await run('hello');
    const page = await open(id);
    await page.getByRole('button', { name: 'More for this execution' }).click();
    await page.getByText('Compare with the one before').waitFor();
    await look(page, 'execution-menu');
    await page.getByText('Compare with the one before').click();
    await expect.poll(() => new URL(page.url()).pathname + new URL(page.url()).search).toBe(`/compare?left=${before}&right=${id}`);
  });

  test('Filter_narrows_and_says_so_where_nothing_is_left', async () => {
    const id = await run('parallel', false);
    const page = await open(id);
    const search = page.getByRole('searchbox', { name: 'Search stages by name, key or content' });
    await search.waitFor();
    await page.keyboard.press('/');
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('nothing like it');
    await page.getByText('No stage fits').waitFor();
    await look(page, 'execution-filtered');
    await page.getByRole('button', { name: 'Show all stages' }).last().click();
    await page.getByLabel('State', { exact: true }).selectOption('waiting');
    await expect.poll(() => rows(page)).toEqual(['left waiting', 'middle waiting', 'right waiting']);
  });

  test.each([
    ['execution-unknown', () => '01a1ff77-0000-7000-8000-000000000000', 'There is no such execution'],
    ['execution-odd', () => 'no-id', 'There is no such execution'],
  ])('Execution_that_is_not_there_says_so: %s', async (name, id, text) => {
    const page = await dashboard.open('/executions', { allow: /Failed to load resource/ });
    await page.goto(`${dashboard.server.address}/executions/${id()}`);
    await page.getByText(text).waitFor();
    await look(page, name);
  });

  test('Execution_that_is_deleted_while_it_is_shown_says_so', async () => {
    const id = await run('hello');
    const page = await open(id, '', { allow: /Failed to load resource/ });
    await mode(page, 'Ended');
    await page.getByRole('button', { name: 'More for this execution' }).click();
    await page.getByText('Delete…').click();
    await page.getByRole('heading', { name: 'Delete this execution?' }).waitFor();
    await look(page, 'execution-delete');
    await page.getByRole('button', { name: 'Delete the execution' }).click();
    await page.getByText('This execution was deleted').waitFor();
    await look(page, 'execution-deleted');
  });

  test('Address_of_the_playbook_viewer_opens_the_execution', async () => {
    const id = await run('hello');
    const page = await dashboard.open(`/app/playbooks/runs/${id}?stage=greet`);
    await page.locator('[data-stage=greet] [aria-current=true]').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/executions/${id}`);
  });
});

describe('Commands', () => {
  test('Execution_is_cancelled_by_Escape_after_a_question_and_run_again_by_keys', async () => {
    const id = await run('parallel', false);
    const page = await open(id);
    await mode(page, 'LIVE');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByText('What has completed stays').waitFor();
    await page.keyboard.press('Escape');
    expect((await state(id)).status).toBe('running');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
    await look(page, 'execution-cancel');
    await page.getByRole('button', { name: 'Cancel the execution' }).click();
    await mode(page, 'Ended');
    await agrees(page, id);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => new URL(page.url()).pathname).not.toBe(`/executions/${id}`);
    await mode(page, 'LIVE');
  });

  test('Question_that_was_put_away_comes_back_however_late_the_browser_tells_that_it_was', async () => {
    const id = await run('parallel', false);
    const page = await open(id);
    await mode(page, 'LIVE');
    await page.evaluate(() => {
      const late: EventTarget[] = [];
      addEventListener('close', (event) => {
        if (!event.isTrusted) return;
        event.stopImmediatePropagation();
        late.push(event.target!);
      }, true);
      Object.assign(window, { tellLate: () => late.splice(0).forEach((target) => target.dispatchEvent(new Event('close'))) });
    });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await page.evaluate(() => (window as unknown as { tellLate: () => void }).tellLate());
    await page.getByRole('dialog').getByText('What has completed stays').waitFor();
  });

  test('Execution_is_paused_and_resumed', async () => {
    const { id, stop } = await talk();
    const page = await open(id);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('It is paused.').waitFor();
    await look(page, 'execution-paused');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await stop();
    await page.locator('[data-stage=after][data-status=completed]').waitFor();
    await agrees(page, id);
  });

  test('Updates_stop_at_the_end_and_start_again_where_somebody_else_opens_it_again', async () => {
    const id = await run('breaks');
    const page = await open(id);
    await mode(page, 'Ended');
    await dashboard.server.ask('POST', `/api/executions/${id}/retry`, {});
    await expect.poll(() => page.getByText('turn 2').count()).toBe(1);
    await ended(id);
    await agrees(page, id);
  });

  test('Keys_walk_through_the_stages_and_each_has_an_address', async () => {
    const id = await run('parallel', false);
    const page = await open(id);
    await mode(page, 'LIVE');
    for (const key of ['j', 'j', 'k', 'j', 'j']) await page.keyboard.press(key);

    // From the one that was shown by itself on: the first, which ended last.
    await page.locator('[data-stage=right] [aria-current=true]').waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('?stage=right');
    await page.getByRole('tab', { name: 'Graph' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('?stage=right&tab=graph');
  });
});
