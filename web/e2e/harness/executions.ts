import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from './dashboard.js';
import type { Dashboard, OpenOptions } from './dashboard.js';

/** Prints a word every tenth of a second until a file is there. */
export const talkPipeline = `
id: talk
name: Talk
inputs:
  until: { type: string, required: true }
stages:
  - id: speak
    type: shell
    shell: { env: { UNTIL: "\${{ inputs.until }}" }, run: "n=0; until [ -e $UNTIL ] || [ $n -ge 900 ]; do n=$((n+1)); echo word $n; sleep 0.1; done" }
  - { id: after, type: shell, needs: [speak], shell: { run: echo done } }
`;

/** Three stages that wait for an event each, and one for all of them. */
export const parallelPipeline = `
id: parallel
name: Three beside each other
stages:
  - { id: first, type: data, data: { value: 1 } }
  - { id: left, type: wait, needs: [first], wait: { event: left } }
  - { id: middle, type: wait, needs: [first], wait: { event: middle } }
  - { id: right, type: wait, needs: [first], wait: { event: right } }
  - { id: last, type: data, needs: [left, middle, right], data: { value: 1 } }
`;

interface State {
  seq: number;
  status: string;
  stages: { key: string; status: string }[];
}

/** An execution that talks as long as its test wants. */
export interface Talk {
  id: string;
  /** Lets it end, and waits until it has. */
  stop(): Promise<void>;
}

/** What tests of the viewer do with executions and with the page that shows one. */
export function useExecutions(dashboard: Dashboard) {
  let talks = 0;
  const state = (id: string) => dashboard.server.ask<State>('GET', `/api/executions/${id}`);
  const ended = (id: string) => until(async () => /completed|failed|cancelled/.test((await state(id)).status), `the end of ${id}`);
  return {
    state,
    ended,
    open: (id: string, query = '', options: OpenOptions = {}) => dashboard.open(`/executions/${id}${query}`, options),

    async run(pipeline: string, isEnded = true): Promise<string> {
      const id = await dashboard.server.run(pipeline);
      if (isEnded) await ended(id);
      return id;
    },

    async talk(): Promise<Talk> {
      const end = join(dashboard.server.folder, `end-${++talks}`);
      const id = await dashboard.server.run('talk', { input: { until: end } });
      return {
        id,
        async stop() {
          writeFileSync(end, '');
          await ended(id);
        },
      };
    },

    /** Holds the page to what the server says: every stage as it stands, every event counted once. */
    async agrees(page: Page, id: string): Promise<void> {
      const { seq, stages } = await state(id);
      await expect.poll(() => seqOf(page)).toBe(seq);
      expect(await rows(page)).toEqual(stages.map(({ key, status }) => `${key} ${status}`));
      expect(await page.locator('footer [data-mode]').textContent()).toContain(`${seq} of ${seq} events`);
    },

    /** Holds the words that the page shows of a stage that still talks to those it printed: from the first on, none missing, none twice. */
    async says(page: Page, id: string): Promise<void> {
      const { lines } = await dashboard.server.ask<{ lines: { text: string }[] }>('GET', `/api/executions/${id}/lines?limit=1000`);
      const shown = async () => (await page.getByRole('region', { name: 'Printed output' }).innerText()).match(/word \d+/g) ?? [];
      await expect.poll(async () => (await shown()).length).toBeGreaterThan(lines.length);
      const words = await shown();
      expect(words).toEqual(words.map((_, i) => `word ${i + 1}`));
    },
  };
}

/** Waits until the page says that it is live, polls, is offline and so on. */
export const mode = (page: Page, label: string) => page.locator(`header [data-mode="${label}"]`).waitFor();

/** The stages that are shown, and their states. */
export const rows = (page: Page) => page.locator('[data-stage]').evaluateAll((all) => all.map((row) => `${row.getAttribute('data-stage')} ${row.getAttribute('data-status')}`));

/** The last event that the page shows. */
export const seqOf = async (page: Page) => Number(await page.locator('[data-seq]').getAttribute('data-seq'));
