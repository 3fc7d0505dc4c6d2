import { isRefusal } from './browser.js';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { gzipSync } from 'node:zlib';

/** What opening a page costs. */
export interface Loading {
  /** JavaScript and CSS, gzipped, in bytes. */
  bytes: number;
  /** Until it can be used, in milliseconds. */
  interactive: number;
  /** Cumulative layout shift. */
  shift: number;
}

/** How long nothing may be under way on the network until a page counts as loaded, in milliseconds. */
const quiet = 1000;

interface Timings {
  sg: { tasks: [number, number][]; shift: number };
}

/** How long nothing is under way until the next take begins beside the one that is still watched, in milliseconds. */
const calm = 300;

/** Opens a page several times, each time in a browser that has nothing of it yet, and measures until nothing has been loaded for a second. */
export async function measureLoading(browser: Browser, address: string, takes: number): Promise<Loading[]> {
  const contexts: BrowserContext[] = [];
  try {
    const taken: Promise<Loading>[] = [];
    for (let i = 0; i < takes; i++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      contexts.push(context);
      const { network, loading } = await begin(context, address);
      taken.push(loading);
      await Promise.race([network.idle(calm), loading]);
    }
    return await Promise.all(taken);
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

async function begin(context: BrowserContext, address: string): Promise<{ network: Network; loading: Promise<Loading> }> {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen: Timings['sg'] = { tasks: [], shift: 0 };
    Object.assign(window, { sg: seen });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e): [number, number] => [e.startTime, e.startTime + e.duration]))).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
      for (const e of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) if (!e.hadRecentInput) seen.shift += e.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const network = new Network(page);
  const refused: string[] = [];
  page.on('console', (message) => {
    if (isRefusal(message.text())) refused.push(message.text());
  });
  await page.goto(address, { waitUntil: 'commit' });
  const loading = measure(page, network, address, refused);

  // A page that failed is told of by whoever waits for it, after the takes that follow.
  loading.catch(() => undefined);
  return { network, loading };
}

async function measure(page: Page, network: Network, address: string, refused: readonly string[]): Promise<Loading> {
  const idleFrom = await network.idle(quiet);
  const { tasks, shift, paint, origin } = await page.evaluate(() => ({
    ...(window as unknown as Timings).sg,
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    origin: performance.timeOrigin,
  }));
  if (Number.isNaN(paint)) throw new Error(`${address} painted nothing.`);
  if (refused.length > 0) throw new Error(`${address} does what its policy refuses: ${refused.join(' ')}`);
  const ends = tasks.filter(([start]) => start <= idleFrom - origin).map(([, end]) => end);
  return { bytes: await network.codeBytes(), interactive: Math.max(paint, ...ends), shift };
}

/** What a page has under way. A stream counts until it has begun: it is never whole. */
class Network {
  readonly #open = new Set<Request>();
  readonly #code: Promise<number>[] = [];
  #last = Date.now();

  constructor(page: Page) {
    page.on('request', (request) => {
      this.#open.add(request);
      this.#last = Date.now();
    });
    page.on('response', (response) => {
      const type = response.headers()['content-type'] ?? '';
      if (type.startsWith('text/event-stream')) this.#end(response.request());

      // The browser may have had it by Brotli; what counts is what everybody gets.
      if (!/javascript|css/.test(type)) return;
      const bytes = response.body().then((body) => gzipSync(body, { level: 9 }).length);
      this.#code.push(bytes);

      // What comes when the page has been measured may end with it: nobody waits for it any more.
      bytes.catch(() => undefined);
    });
    page.on('requestfinished', (request) => this.#end(request));
    page.on('requestfailed', (request) => this.#end(request));
  }

  /** Waits until nothing has been under way for so many milliseconds; gives when those began. */
  async idle(silence: number): Promise<number> {
    const end = Date.now() + 20_000;
    while (this.#open.size > 0 || Date.now() - this.#last < silence) {
      if (Date.now() > end) throw new Error(`Still under way: ${[...this.#open].map((r) => r.url()).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.#last;
  }

  async codeBytes(): Promise<number> {
    return (await Promise.all(this.#code)).reduce((sum, bytes) => sum + bytes, 0);
  }

  #end(request: Request): void {
    if (this.#open.delete(request)) this.#last = Date.now();
  }
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
