import { test } from 'vitest';
import { useDashboard } from '../harness/dashboard.js';
import { hold, measuring } from '../harness/budget.js';
import { measureLoading, median } from '../harness/loading.js';

const pipelines = {
  hello: 'id: hello\nname: Say hello\nstages:\n  - { id: greet, type: shell, shell: { run: echo hello } }\n',
  breaks: 'id: breaks\nname: Breaks\nstages:\n  - { id: greet, type: shell, shell: { run: exit 3 } }\n',
  waits: 'id: waits\nname: Waits\nstages:\n  - { id: hold, type: wait, wait: { event: go } }\n',
};

let ended = '';
let failed = '';
let running = '';
const dashboard = useDashboard({
  pipelines,
  ready: async (server) => {
    for (let i = 0; i < 20; i++) ended = await server.run('hello');
    failed = await server.run('breaks');
    running = await server.run('waits');
  },
});

const pages: [name: string, path: () => string][] = [
  ['start page', () => '/'],
  ['pipelines', () => '/pipelines'],
  ['pipeline', () => '/pipelines/hello'],
  ['new pipeline', () => '/pipelines/new'],
  ['running', () => '/running'],
  ['history', () => '/executions'],
  ['execution that runs', () => `/executions/${running}`],
  ['execution that ended', () => `/executions/${ended}`],
  ['execution that failed', () => `/executions/${failed}`],
  ['execution by its other address', () => `/app/playbooks/runs/${ended}`],
  ['comparison', () => `/compare?left=${ended}&right=${running}`],
  ['monitoring', () => '/monitoring'],
  ['workers', () => '/workers'],
  ['settings', () => '/settings'],
  ['login', () => '/login'],
];

const takes = 3;

test.each(pages)('Page_loads_within_its_budgets: %s', measuring, async (name, path) => {
  const taken = await measureLoading(dashboard.browser, dashboard.server.address + path(), takes);
  hold(
    { what: 'first load, gzipped', where: name, value: Math.max(...taken.map((t) => t.bytes)) / 1024, budget: 60, unit: 'KB' },
    { what: 'time to interactive, median', where: name, value: median(taken.map((t) => t.interactive)), budget: 500, unit: 'ms' },
    { what: 'layout shift', where: name, value: Math.max(...taken.map((t) => t.shift)), budget: 0.02, unit: '' },
  );
});
