import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { violationsOf } from './axe.js';
import { isRefusal, startBrowser } from './browser.js';
import { faultsOf } from './faults.js';
import { SightglassProcess } from './server.js';
import { shoot } from './screenshot.js';

export type Theme = 'light' | 'dark';

export interface OpenOptions {
  theme?: Theme;
  /** Width of the window in pixels; 1440 where nothing is said. */
  width?: number;
  /** A further tab of the same person, with the same cookies. */
  beside?: Page;
  /** What the console may say, where a test breaks something on purpose: "Failed to load resource", for instance. What the policy refuses is never on purpose. */
  allow?: RegExp;
  /** Runs before the page is opened: to route requests elsewhere, for instance. */
  prepare?: (page: Page) => Promise<void>;
}

export interface Dashboard {
  browser: Browser;
  server: SightglassProcess;
  /** Opens a page of the dashboard and waits for its heading. */
  open(path: string, options?: OpenOptions): Promise<Page>;
}

interface Setup {
  /** Pipelines by their names. */
  pipelines?: Record<string, string>;
  /** What more `serve` is told; a function is asked when the server starts. */
  serve?: readonly string[] | (() => readonly string[]);
  /** Runs once, when the server has started. */
  ready?: (server: SightglassProcess) => Promise<void>;
}

/**
 * A server of its own and a browser for the tests of a file. A test fails where a page throws, writes an error into the
 * console, or does what its policy refuses.
 */
export function useDashboard(setup: Setup = {}): Dashboard {
  const given = {} as Dashboard;
  const errors: string[] = [];
  const pages: Page[] = [];

  beforeAll(async () => {
    given.server = new SightglassProcess(setup.pipelines ?? {}, typeof setup.serve === 'function' ? setup.serve() : setup.serve);
    await given.server.start();
    given.browser = await startBrowser();
    await setup.ready?.(given.server);
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await given.server?.dispose();
  });

  given.open = async (path, { theme = 'light', width = 1440, beside, allow, prepare } = {}) => {
    const context = beside?.context() ?? await given.browser.newContext({ viewport: { width, height: heightOf(width) }, colorScheme: theme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    pages.push(page);
    watch(page, (text) => {
      if (isRefusal(text) || !allow?.test(text)) errors.push(`${path}: ${text}`);
    });
    await prepare?.(page);
    await page.goto(given.server.address + path);
    await page.locator('h1').first().waitFor({ state: 'attached' });
    return page;
  };
  return given;
}

// A refusal of the policy is an error of the console too, but one of a worker is not.
function watch(page: Page, tell: (text: string) => void): void {
  page.on('pageerror', (error) => tell(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') tell(message.text());
  });
  page.on('crash', () => tell('The page crashed.'));
}

const heightOf = (width: number) => (width < 600 ? 740 : width > 2000 ? 2160 : 900);

/**
 * Opens a page and looks at it in both themes and in two widths: takes a screenshot of each, and finds what axe finds and
 * what is wrong with its texts and its width. `ready` brings the page into the state to look at, and waits until it is there.
 */
export async function examine(dashboard: Dashboard, name: string, path: string, ready: (page: Page) => Promise<unknown>, options: OpenOptions = {}): Promise<void> {
  const page = await dashboard.open(path, options);
  await ready(page);
  await look(page, name);
}

/** Looks at the page as it is now, in the same ways. */
export async function look(page: Page, name: string): Promise<void> {
  // Colours depend on the theme and places on the width: two of the four have each of both.
  await lookAt(page, name, [['light', 360], ['dark', 360, 'closely'], ['dark', 1440], ['light', 1440, 'closely']]);
}

/** Looks at the page on a screen of 3840 by 2160 pixels, and leaves it as wide as it is otherwise. */
export async function lookWide(page: Page, name: string): Promise<void> {
  await lookAt(page, name, [['dark', 3840, 'closely']]);
  await page.setViewportSize({ width: 1440, height: heightOf(1440) });
}

async function lookAt(page: Page, name: string, views: readonly [theme: Theme, width: number, how?: 'closely'][]): Promise<void> {
  const wrong: string[] = [];
  for (const [theme, width, how] of views) {
    await page.setViewportSize({ width, height: heightOf(width) });
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
    await shoot(page, name, theme, width);
    if (how) wrong.push(...[...await violationsOf(page), ...await faultsOf(page)].map((text) => `${name}, ${theme} ${width}: ${text}`));
  }
  expect(wrong).toEqual([]);
}

/** Waits in Node until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, milliseconds = 20_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
