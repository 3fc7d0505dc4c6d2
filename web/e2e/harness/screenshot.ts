import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';

const folder = fileURLToPath(new URL('../../../artifacts/screenshots/', import.meta.url));

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Takes a picture of what is in the window: `artifacts/screenshots/NAME-THEME-WIDTH.png`. */
export async function shoot(page: Page, name: string, theme: string, width: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page));

  // Nothing moves where less motion is asked for, and a file that is packed less well is written in a third of the time.
  const { data } = await (await sessions.get(page)!).send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
  writeFileSync(`${folder}${name}-${theme}-${width}.png`, Buffer.from(data, 'base64'));
}
