import { afterAll, beforeAll, expect, test } from 'vitest';
import { SightglassProcess } from '../../../e2e/harness/server.js';
import { createFold, isTerminal } from '../../src/fold/index.js';
import type { ExecutionEvent, ExecutionPlan, ExecutionState } from '../../src/fold/index.js';

const pipelines = {
  mixed: `
id: mixed
version: 2
inputs: { who: { type: string, default: you } }
stages:
  - { id: list, type: data, data: { value: "[1, 2, 3]" } }
  - { id: each, type: data, forEach: "\${{ stages.list.output }}", data: { value: "item * 2" } }
  - { id: pick, type: branch, needs: [each], when: inputs.who == 'you', then: yes-side, else: no-side }
  - { id: yes-side, type: shell, retry: { maxAttempts: 2, delay: 10ms }, shell: { run: "echo out; echo err >&2; exit 1" } }
  - { id: no-side, type: data, data: { value: "1" } }
`,
  printer: `
id: printer
stages:
  - { id: print, type: shell, shell: { run: "for i in $(seq 1 40); do echo line $i; done" } }
  - { id: after, type: data, needs: [print], data: { value: "true" } }
`,
  approval: `
id: approval
stages:
  - { id: ask, type: data, triggers: { all: [ { approval: { by: [operator] } } ] }, data: { value: "true" } }
`,
  waits: `
id: waits
stages:
  - { id: first, type: data, data: { value: "1" } }
  - { id: held, type: data, needs: [first], triggers: { all: [ { event: go } ] }, data: { value: "2" } }
`,
  wide: `
id: wide
stages:
${Array.from({ length: 1500 }, (_, i) => `  - { id: data-stage-${i}, type: data, data: { value: "${i}" } }`).join('\n')}
`,
};

const server = new SightglassProcess(pipelines);

beforeAll(() => server.start());
afterAll(() => server.dispose());

const stateOf = (id: string) => server.ask<ExecutionState>('GET', `/api/executions/${id}`);

const logOf = async (id: string) => (await (await fetch(`${server.address}/api/executions/${id}/events`, { headers: { accept: 'application/x-ndjson' } })).text())
  .split('\n').filter(Boolean).map((line) => JSON.parse(line) as ExecutionEvent);

const ended = async (id: string) => {
  await expect.poll(async () => isTerminal((await stateOf(id)).status), { timeout: 60_000 }).toBe(true);
  return id;
};

const standing = async (id: string, stage: string) => {
  await expect.poll(async () => (await stateOf(id)).stages.find(({ key }) => key === stage)?.status).toMatch(/^(waiting|blocked)$/);
  return id;
};

const command = async (id: string, name: string, body: object = {}) => {
  await server.ask('POST', `/api/executions/${id}/${name}`, body);
  return id;
};

test.each<[string, () => Promise<string>]>([
  ['has completed', async () => ended(await server.run('printer', { labels: { a: 'b' }, priority: 'low' }))],
  ['has failed among items, branches and attempts', async () => ended(await server.run('mixed'))],
  ['was retried', async () => ended(await command(await ended(await server.run('mixed')), 'retry'))],
  ['took the other branch', async () => ended(await server.run('mixed', { input: { who: 'me' } }))],
  ['waits for an approval', async () => standing(await server.run('approval'), 'ask')],
  ['is paused', async () => command(await standing(await server.run('waits'), 'held'), 'pause')],
  ['was cancelled', async () => ended(await command(await server.run('waits'), 'cancel', { reason: 'enough' }))],
  ['has a plan too large for its event', async () => ended(await server.run('wide'))],
])('Fold comes to the state of the server when an execution %s', async (_, start) => {
  const id = await start();
  const fold = createFold();
  for (const event of await logOf(id)) {
    fold.apply(event);
    if (fold.missingPlan) fold.applyPlan(await server.ask<ExecutionPlan>('GET', `/api/values/${fold.missingPlan}`));
  }
  const state = await stateOf(id);
  expect(fold.seq).toBe(state.seq);
  expect(JSON.parse(JSON.stringify(fold.state()))).toEqual(state);
});
