import { expect, test } from 'vitest';
import { hold, measuring } from '../harness/budget.js';
import { useDashboard } from '../harness/dashboard.js';
import { median } from '../harness/loading.js';
import { shoot } from '../harness/screenshot.js';

const many = 500;
const waits = 'id: waits\nname: Waits for its turn\nstages:\n  - { id: hold, name: Hold on, type: wait, wait: { event: go } }\n';
const dashboard = useDashboard({
  pipelines: { waits },
  ready: async (server) => {
    for (let at = 0; at < many; at += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => server.run('waits', { input: { number: at + i } })));
  },
});

test('Five_hundred_executions_are_shown_and_their_clocks_tick_at_little_cost', measuring, async () => {
  const page = await dashboard.open('/running');
  const taken: number[] = [];
  for (let i = 0; i < 3; i++) {
    const opened = Date.now();
    await page.reload();
    await expect.poll(() => page.locator('article[data-execution]').count(), { interval: 20 }).toBe(many);
    taken.push(Date.now() - opened);
  }
  await page.getByText('500 under way').waitFor();

  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    return { tasks: of('TaskDuration'), at: of('Timestamp') };
  };
  const before = await busy();
  await page.waitForTimeout(5000);
  const after = await busy();
  hold(
    { what: 'from opening to the last of 500 cards, median', where: 'running, 500 executions', value: median(taken), budget: 2000, unit: 'ms' },
    { what: 'main thread while 500 clocks tick', where: 'running, 500 executions', value: Math.round(((after.tasks - before.tasks) / (after.at - before.at)) * 1000) / 10, budget: 50, unit: '%' },
  );
  await shoot(page, 'running-many', 'light', 1440);
});
