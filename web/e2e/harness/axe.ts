import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

type AxeWindow = typeof globalThis & { axe?: { run(options: object): Promise<{ violations: Violation[] }> } };

/** What axe finds wrong with the page. */
export async function violationsOf(page: Page): Promise<string[]> {
  // As the debugger's own script: the page's policy is for what the page loads.
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(source);

  // All rules are held; only what is wrong is worked out whole and handed over. None of them reads style sheets or media.
  const violations = await page.evaluate(async () => (await (window as AxeWindow).axe!.run({ resultTypes: ['violations'], preload: false })).violations);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join('; ')}`);
}
