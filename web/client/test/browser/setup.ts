import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { errorsOf, startBrowser } from '../../../e2e/harness/browser.js';
import { bundlePage } from './bundle.js';
import { Fixture } from './fixture.js';

/** A browser with the test page of a fixture server, the page new for each test. */
export function useFixture() {
  const given = {} as { browser: Browser; fixture: Fixture; page: Page; errors: string[] };
  beforeAll(async () => {
    given.fixture = new Fixture(await bundlePage());
    await given.fixture.start();
    given.browser = await startBrowser();
  });
  beforeEach(async () => {
    given.fixture.reset();
    await given.page?.context().close();
    given.page = await (await given.browser.newContext()).newPage();
    given.errors = errorsOf(given.page);
    await given.page.goto(given.fixture.address);
    await given.page.waitForFunction(() => 'sg' in window);
  });
  afterAll(async () => {
    await given.browser?.close();
    await given.fixture?.stop();
  });
  return given;
}

/** Waits in Node until something holds. */
export async function until(holds: () => boolean, what: string, milliseconds = 20_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`It never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
