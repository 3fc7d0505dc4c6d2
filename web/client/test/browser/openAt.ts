import type { Page } from 'playwright-core';
import { pageCss, pageHtml } from './bundle.js';

/** Makes a real answer of the server, with the policy that it gives, into the test page; its script comes from here. */
export async function openAt(page: Page, address: string, script: string): Promise<void> {
  const give = (path: string, contentType: string, body: string) => page.route(`${address}${path}`, (route) => route.fulfill({ body, contentType }));
  await give('/page.js', 'text/javascript', script);
  await give('/page.css', 'text/css', pageCss);
  const answer = await page.goto(`${address}/healthz`);
  if (!answer?.headers()['content-security-policy']) throw new Error('The server gives its answers no policy.');
  await page.evaluate((html) => {
    document.documentElement.lang = 'en';
    document.title = 'Test';
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    document.body.replaceChildren(...parsed.body.childNodes);

    // Elements that a parser made would not run.
    const script = document.createElement('script');
    Object.assign(script, { type: 'module', src: '/page.js' });
    const style = document.createElement('link');
    Object.assign(style, { rel: 'stylesheet', href: '/page.css' });
    document.head.append(style, script);
  }, pageHtml);
  await page.waitForFunction(() => 'sg' in window);
}
