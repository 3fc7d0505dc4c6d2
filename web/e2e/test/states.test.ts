import type { Route } from 'playwright-core';
import { test } from 'vitest';
import { look, until, useDashboard } from '../harness/dashboard.js';

const hello = 'id: hello\nname: Say hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n';
let ended = '';
const dashboard = useDashboard({
  pipelines: { hello },
  ready: async (server) => {
    ended = await server.run('hello');
    await until(async () => (await server.ask<{ endTime: number | null }>('GET', `/api/executions/${ended}`)).endTime !== null, 'the execution ends');
  },
});

// What each page reads of its own; who looks, and what the frame tells, is there all the same.
const pages: [name: string, path: () => string, reads: RegExp][] = [
  ['overview', () => '/', /\/api\/overview/],
  ['pipelines', () => '/pipelines', /\/api\/pipelines/],
  ['pipeline', () => '/pipelines/hello', /\/api\/(pipelines|executions)/],
  ['running', () => '/running', /\/api\/(feed|executions\/running)/],
  ['history', () => '/executions', /\/api\/executions/],
  ['monitoring', () => '/monitoring', /\/api\/(feed|executions\/running)/],
  ['compare', () => `/compare?left=${ended}&right=${ended}`, /\/api\/executions/],
  ['workers', () => '/workers', /\/api\/workers/],
  ['settings', () => '/settings', /\/api\/(auth\/(tokens|users)|tokens|users|flags|notifications)/],
  ['execution', () => `/executions/${ended}`, /\/api\/executions\//],
  ['execution-graph', () => `/executions/${ended}?tab=graph`, /\/api\/executions\/[^/]+\/graph/],
  ['execution-logs', () => `/executions/${ended}?tab=logs`, /\/(logs|lines)\b/],
  ['execution-replay', () => `/executions/${ended}?tab=replay`, /\/events\b/],
];

const broken = JSON.stringify({ type: 'about:blank', title: 'Internal error', status: 500, code: 'internal_error', error: 'The server met a fault.' });

test.each(pages)('Page_looks_as_it_should_while_it_loads_and_when_it_cannot: %s', async (name, path, reads) => {
  const kept: Route[] = [];
  let isBroken = false;
  const answer = (route: Route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: broken });
  const page = await dashboard.open(path(), {
    allow: /Failed to load resource/,
    prepare: async (page) => void (await page.route(reads, (route) => (isBroken ? answer(route) : void kept.push(route)))),
  });
  await page.getByRole('status', { name: /^(Loading|Comparing)/ }).first().waitFor();
  await look(page, `loading-${name}`);

  // What the feed tells of these is the frame's to miss.
  if (name === 'running' || name === 'monitoring') return;
  isBroken = true;
  await Promise.all(kept.map((route) => answer(route).catch(() => undefined))); // The page may have given some up.
  await page.getByRole('alert').first().waitFor();
  await look(page, `broken-${name}`);
});
