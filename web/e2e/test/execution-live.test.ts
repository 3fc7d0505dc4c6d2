import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';
import { mode, parallelPipeline, seqOf, talkPipeline, useExecutions } from '../harness/executions.js';
import { StreamProxy } from '../harness/proxy.js';

const dashboard = useDashboard({ pipelines: { parallel: parallelPipeline, talk: talkPipeline } });
const { agrees, ended, open, run, says, state, talk } = useExecutions(dashboard);

describe('Live', () => {
  test('Words_appear_as_they_are_printed', async () => {
    const { id, stop } = await talk();
    const page = await open(id, '?stage=speak');
    const inspector = page.getByTestId('inspector');
    for (const word of [5, 15, 25]) {
      await inspector.getByText(`word ${word}`).first().waitFor();
      expect((await state(id)).status).toBe('running');
    }
    await stop();
    const { lines } = await dashboard.server.ask<{ lines: { text: string }[] }>('GET', `/api/executions/${id}/lines?limit=1000`);
    await inspector.getByText(lines.findLast(({ text }) => text.startsWith('word '))!.text).first().waitFor();
  });

  test('Refresh_in_the_middle_misses_nothing', async () => {
    const { id, stop } = await talk();
    const page = await open(id);
    await expect.poll(() => seqOf(page)).toBeGreaterThan(8);
    await page.reload();
    await mode(page, 'LIVE');
    const before = await seqOf(page);
    await expect.poll(() => seqOf(page)).toBeGreaterThan(before + 4);
    await stop();
    await mode(page, 'Ended');
    await agrees(page, id);
    expect(await page.title()).toBe('✓ Talk · Sightglass');
  });

  test('Updates_that_are_paused_show_all_when_they_go_on', async () => {
    const { id, stop } = await talk();
    const page = await open(id);
    await mode(page, 'LIVE');
    await page.keyboard.press('p');
    await mode(page, 'Paused');
    const at = await seqOf(page);
    await until(async () => (await state(id)).seq > at + 10, 'more events');
    expect(await seqOf(page)).toBe(at);
    await look(page, 'execution-updates-paused');
    await page.keyboard.press('r');
    await expect.poll(() => seqOf(page)).toBeGreaterThan(at + 9);
    await mode(page, 'Paused');
    await page.keyboard.press('p');
    await stop();
    await agrees(page, id);
  });

  test('Refresh_puts_the_state_of_the_server_in_the_place_of_one_that_is_wrong_and_repeats_no_line', async () => {
    const { id, stop } = await talk();
    let isSpoilt = true;
    const page = await open(id, '?stage=speak', {
      prepare: async (opened) => void await opened.route(`**/api/executions/${id}`, async (route) => {
        const answer = await route.fetch();
        const text = await answer.text();
        await route.fulfill({ response: answer, body: isSpoilt ? text.replaceAll('"name":"speak"', '"name":"spoilt"').replaceAll('"status":"pending"', '"status":"failed"') : text });
      }),
    });
    await mode(page, 'LIVE');
    await page.locator('[data-stage=after][data-status=failed]').waitFor();
    await page.getByText('spoilt').first().waitFor();
    await says(page, id);
    isSpoilt = false;
    const shown = await page.getByTestId('inspector').elementHandle();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('[data-stage=after][data-status=pending]').waitFor();
    expect(await page.getByText('spoilt').count()).toBe(0);
    await says(page, id);

    // What is open is the same as before, not drawn anew.
    expect(await shown!.evaluate((element) => element.isConnected)).toBe(true);
    await mode(page, 'LIVE');
    await stop();
    await agrees(page, id);
  });

  test('Refresh_reads_anew_what_was_paused_and_updates_go_on_behind_it', async () => {
    const { id, stop } = await talk();
    const page = await open(id, '?tab=logs');
    await mode(page, 'LIVE');
    await page.keyboard.press('p');
    await mode(page, 'Paused');
    const at = await seqOf(page);
    await until(async () => (await state(id)).seq > at + 10, 'more events');
    await page.keyboard.press('r');
    await expect.poll(() => seqOf(page)).toBeGreaterThan(at + 9);
    const refreshed = await seqOf(page);
    const goesOn = page.waitForRequest((request) => request.url().includes('/events?after=') && request.url().includes('viewer='));
    await page.keyboard.press('p');
    expect(Number(new URL((await goesOn).url()).searchParams.get('after'))).toBe(refreshed);
    await expect.poll(() => seqOf(page)).toBeGreaterThan(refreshed + 4);
    await stop();
    await mode(page, 'Ended');
    const shown = page.getByRole('log', { name: 'Log lines' });
    await shown.getByText('done', { exact: true }).waitFor();

    // As many as the server has, each once: the last is where it has it.
    const words = (await shown.innerText()).match(/word \d+/g) ?? [];
    const first = Number(words[0]!.slice(5));
    expect(words).toEqual(words.map((_, i) => `word ${first + i}`));
    const { lines } = await dashboard.server.ask<{ lines: { text: string }[] }>('GET', `/api/executions/${id}/lines?limit=1000`);
    expect(words.at(-1)).toBe(lines.findLast(({ text }) => text.startsWith('word '))!.text);
    expect(await shown.locator('.log-number').last().textContent()).toBe(String(lines.length));
  });

  test('Tab_that_slept_and_lost_its_connections_misses_nothing_when_it_wakes', async () => {
    const network = new StreamProxy('passed');
    await network.start(dashboard.server.address);
    onTestFinished(() => network.stop());
    const { id, stop } = await talk();
    const page = await dashboard.open('/executions', { allow: /Failed to load resource|net::ERR/ });
    await page.goto(`${network.address}/executions/${id}?stage=speak`);
    await mode(page, 'LIVE');

    // No line of the page's code runs any more, as in a laptop that sleeps, and its connections end meanwhile.
    const session = await page.context().newCDPSession(page);
    await session.send('Debugger.enable');
    const asleep = new Promise((resolve) => session.once('Debugger.paused', resolve));
    await session.send('Debugger.pause');
    await asleep;
    const shown = async () => Number((await session.send('Runtime.evaluate', { expression: "document.querySelector('[data-seq]').dataset.seq" })).result.value);
    const { seq } = await state(id);
    const before = await shown();
    network.cut();
    await until(async () => (await state(id)).seq > seq + 15, 'more events');
    expect(await shown()).toBe(before);
    await session.send('Debugger.resume');
    await session.send('Debugger.disable');
    await expect.poll(() => seqOf(page)).toBeGreaterThan(seq + 15);
    await says(page, id);
    await stop();
    await agrees(page, id);
  });

  test('Server_that_is_killed_and_started_again_leaves_nothing_missing_or_doubled', async () => {
    const id = await run('parallel', false);
    const page = await open(id, '', { allow: /Failed to load resource/ });
    await mode(page, 'LIVE');
    await dashboard.server.stop('SIGKILL');
    await mode(page, 'Offline');
    await page.locator('[data-countdown]').getByText(/Next try in \d s/).waitFor();
    await look(page, 'execution-offline');
    await dashboard.server.start();
    for (const type of ['left', 'middle', 'right']) await dashboard.server.ask('POST', '/api/events', { type });
    await ended(id);
    await page.getByRole('button', { name: 'Reconnect now' }).click({ timeout: 1000 }).catch(() => undefined); // It may have done so by itself.
    await mode(page, 'Ended');
    await agrees(page, id);
  });
});

describe('Behind a proxy', () => {
  const proxy = new StreamProxy('kept');
  beforeAll(() => proxy.start(dashboard.server.address));
  afterAll(() => proxy.stop());
  const openBehind = async (id: string, query = '') => {
    const page = await dashboard.open('/executions', { allow: /Failed to load resource/ });
    await page.goto(`${proxy.address}/executions/${id}${query}`);
    return page;
  };

  test('Page_polls_says_so_and_shows_the_same_where_streams_are_kept_back', async () => {
    proxy.streams = 'kept';
    const { id, stop } = await talk();
    const page = await openBehind(id, '?stage=speak');
    await mode(page, 'Polling');
    await look(page, 'execution-polling');
    await says(page, id);
    await stop();
    await agrees(page, id);
  });

  test.each(['refused', 'reset'] as const)('Page_polls_within_seconds_where_streams_are_%s_and_is_live_again_when_they_come_through', async (treatment) => {
    proxy.streams = treatment;
    const { id, stop } = await talk();
    const page = await openBehind(id);
    await page.locator('header [data-mode="Polling"]').waitFor({ timeout: 5000 });
    await page.locator('[data-connection=polling]').waitFor({ timeout: 5000 });
    const before = await seqOf(page);
    await expect.poll(() => seqOf(page), { timeout: 5000 }).toBeGreaterThan(before);

    proxy.streams = 'passed';
    await mode(page, 'LIVE');
    await page.locator('[data-connection=live]').waitFor();
    const live = await seqOf(page);
    await expect.poll(() => seqOf(page)).toBeGreaterThan(live + 10);
    await stop();
    await mode(page, 'Ended');
    await agrees(page, id);
  });
});
