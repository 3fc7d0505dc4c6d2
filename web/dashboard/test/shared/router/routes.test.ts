import { expect, test } from 'vitest';
import { match, routesOf } from '../../../src/shared/router/routes.js';

const files = ['routes/+page.svelte', 'routes/executions/+page.svelte', 'routes/executions/[id]/+page.svelte', 'routes/pipelines/[id]/+page.svelte', 'routes/pipelines/new/+page.svelte', 'routes/app/runs/[runId]/+page.svelte'];
const routes = routesOf(Object.fromEntries(files.map((file) => [`./${file}`, () => Promise.reject(new Error('not asked for'))])));

test.each([
  ['/', '/', {}],
  ['/executions', '/executions', {}],
  ['/executions/', '/executions', {}],
  ['/executions/0197', '/executions/[id]', { id: '0197' }],
  ['/pipelines/a%2Fb%20c', '/pipelines/[id]', { id: 'a/b c' }],
  ['/pipelines/new', '/pipelines/new', {}],
  ['/app/runs/run-1', '/app/runs/[runId]', { runId: 'run-1' }],
])('Address_leads_to_its_page: %s', (path, id, params) => {
  const found = match(routes, path);
  expect([found?.route.id, found?.params]).toEqual([id, params]);
});

test.each(['/nothing', '/executions/a/b', '/pipelines/%', '/app', '/api/executions'])('Address_leads_nowhere: %s', (path) => {
  expect(match(routes, path)).toBeNull();
});
