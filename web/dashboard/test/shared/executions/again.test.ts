import type { Client } from '@sightglass/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giver } from '../../../src/features/execution/give.js';
import { bodyOf, inputText } from '../../../src/shared/executions/again.js';
import { partsOf } from '../../../src/shared/executions/jsonText.js';

const exact = '{"n":9007199254740993,"d":0.1000000000000000055}';

/** An API whose log and values are these texts. */
const apiOf = (input: string, values: Readonly<Record<string, string>> = {}) => ({
  open: (path: string, { path: at }: { path: Record<string, string> }) =>
    Promise.resolve(new Response(path === '/api/values/{reference}' ? values[at['reference']!] : `{"events":[{"seq":1,"type":"execution.created","data":{"name":"\\"],","input":${input},"plan":{}}}],"last":1}`)),
}) as unknown as Client;

describe('parts of JSON text', () => {
  it('are those that a reader finds, letter by letter', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const parts = partsOf(JSON.stringify(value, null, indent));
      const read: unknown = JSON.parse(JSON.stringify(value));
      expect(Object.fromEntries([...parts].map(([name, text]) => [name, JSON.parse(text) as unknown]))).toEqual(typeof read === 'object' && read !== null ? { ...read } : {});
    }));
    expect(partsOf(exact)).toEqual(new Map([['n', '9007199254740993'], ['d', '0.1000000000000000055']]));
  });
});

describe('an execution that is run again', () => {
  it('is given the input as the log has it', async () => {
    expect(await inputText(apiOf(exact), 'x')).toBe(exact);
    expect(await inputText(apiOf('null'), 'x')).toBeNull();
    expect(await inputText(apiOf('{"ref":"sha256:0","bytes":48,"preview":"{"}', { 'sha256:0': exact }), 'x')).toBe(exact);
  });

  it('sends it letter by letter', async () => {
    let sent: unknown;
    const server = { fetch: (_: unknown, init?: RequestInit) => { sent = init?.body; return Promise.resolve(Response.json({ executionId: 'new' })); } };
    const state = { id: 'x', pipelineId: 'p', priority: 'low', labels: { note: 'a, b' } };
    expect(await giver(apiOf(exact), server as never)('again', state as never)).toBe('new');
    expect(sent).toBe(`{"input":${exact},"priority":"low","labels":{"note":"a, b"}}`);
    expect(bodyOf({ input: null, labels: {}, priority: 'low' })).toBe('{"labels":{},"priority":"low"}');
  });
});
