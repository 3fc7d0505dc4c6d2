import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const folder = fileURLToPath(new URL('../../../artifacts/screenshots/', import.meta.url));

/** Takes a picture of what is in the window: `artifacts/screenshots/NAME-THEME-WIDTH.png`. */
export async function shoot(page: Page, name: string, theme: string, width: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}-${theme}-${width}.png`, animations: 'disabled' });
}
