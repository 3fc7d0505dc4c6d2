import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const program = '/usr/bin/chromium';

const disabled = [
  // Two pages of the browser's own for the address bar of each window, which nobody sees here.
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'AimEnabled',

  // What Playwright turns off too: a second list takes the place of the first.
  'AvoidCorsURLLoaderRestartOnRedirect', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsFirstBalancedModeAutoEnable', 'HttpsUpgrades', 'LensOverlay',
  'MediaRouter', 'NetworkTimeServiceQuerying', 'OptimizationHints', 'PaintHolding', 'PreconnectToSearch', 'ThirdPartyStoragePartitioning',
];

let started: Browser | null = null;

/** Debian's Chromium without what it would ask the network for; files of tests that run in one process after the other share it, and it ends with that. */
export async function startBrowser(): Promise<Browser> {
  if (started?.isConnected()) return started;
  if (!existsSync(program)) throw new Error(`These tests run in a real browser: install Debian's package chromium (${program} is missing).`);
  started = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', `--disable-features=${disabled.join(',')}`],
  });
  return started;
}

/** Tells whether a message of the console is of something that the page's policy refused. */
export const isRefusal = (text: string): boolean => text.includes('Content Security Policy');

/** What the page's scripts threw and its policy refused. Connections that a test breaks are no errors of the page. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection to|net::ERR/.test(message.text())) errors.push(message.text());
  });
  return errors;
}
