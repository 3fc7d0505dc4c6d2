import { afterEach, expect, expectTypeOf, test, vi } from 'vitest';
import { ApiError, FLAGS, createClient, loadFlags } from '../../src/index.js';
import type { ExecutionState } from '../../src/index.js';

afterEach(() => void vi.useRealTimers());

function serverThat(answers: (request: Request) => Response | Promise<Response>) {
  const requests: Request[] = [];
  const fetcher = (async (input: string, init: RequestInit) => {
    const request = new Request(input, init);
    requests.push(request);
    return answers(request);
  }) as typeof fetch;
  return { requests, fetch: fetcher };
}

const refused = (status: number, body: unknown, headers: HeadersInit = {}) => Response.json(body, { status, headers });

test('Client fills path and query, a list value by value, and reads JSON when a request is answered', async () => {
  const server = serverThat(() => Response.json({ id: 'x', seq: 3 }));
  const client = createClient({ url: 'http://here/', token: 'abc', fetch: server.fetch });
  const state = await client.get('/api/executions/{id}', { path: { id: 'a/b?c' } });
  expectTypeOf(state).toEqualTypeOf<ExecutionState>();
  expect(state.seq).toBe(3);
  await client.get('/api/executions/{id}/events', { path: { id: 'x' }, query: { after: 3, types: ['stage.*', 'execution.*'], limit: undefined } });
  expect(server.requests.map((r) => r.url)).toEqual(['http://here/api/executions/a%2Fb%3Fc', 'http://here/api/executions/x/events?after=3&types=stage.*&types=execution.*']);
  expect(server.requests[0]!.headers.get('authorization')).toBe('Bearer abc');
});

test('Client sends body and headers when a command is given', async () => {
  const server = serverThat(() => Response.json({ executionId: 'e', pipelineId: 'hello', status: 'started' }));
  const client = createClient({ url: 'http://here', fetch: server.fetch });
  const started = await client.post('/api/pipelines/{id}/run', { path: { id: 'hello' }, header: { 'Idempotency-Key': 'k1' }, body: { input: 'Ada' } });
  expectTypeOf(started.executionId).toBeString();
  const request = server.requests[0]!;
  expect(request.method).toBe('POST');
  expect(await request.json()).toEqual({ input: 'Ada' });
  expect(request.headers.get('content-type')).toBe('application/json');
  expect(request.headers.get('idempotency-key')).toBe('k1');
});

test('Client gives the answer itself when it is asked to', async () => {
  const server = serverThat(() => new Response('hello <b>', { headers: { 'content-type': 'text/plain' } }));
  const client = createClient({ url: 'http://here', fetch: server.fetch });
  const given = { path: { id: 'x', stage: 'greet' }, query: { offset: 4 } };
  expect(await (await client.open('/api/executions/{id}/output/{stage}', given)).text()).toBe('hello <b>');
});

test('Client refuses to send a path with a gap', async () => {
  const client = createClient({ url: 'http://here', fetch: serverThat(() => Response.json({})).fetch });
  await expect(client.get('/api/executions/{id}', { path: { id: '' } })).rejects.toThrow('needs id');
  // @ts-expect-error a path needs its parameters
  await expect(client.get('/api/executions/{id}')).rejects.toThrow('needs id');
  // @ts-expect-error there is no such path
  await client.get('/api/dreams');
});

test.each([
  ['problem details', refused(400, { code: 'invalid_query', detail: 'Two things are wrong.', error: 'x', problems: [{ code: 'a', message: 'b' }] }), { status: 400, code: 'invalid_query', message: 'Two things are wrong.', problems: [{ code: 'a', message: 'b' }], isPassing: false }],
  ['the envelope of the playbook routes', refused(404, { success: false, error: { code: 'NOT_FOUND', message: 'No such run.' } }), { status: 404, code: 'NOT_FOUND', message: 'No such run.', isPassing: false }],
  ['the words of another program', refused(409, { error: 'It has ended.' }), { status: 409, code: 'bad_answer', message: 'The server answered 409.', isPassing: true }],
  ['a page of a proxy', new Response('<h1>Bad gateway</h1>', { status: 502 }), { status: 502, code: 'bad_answer', message: 'The server answered 502.', isPassing: true }],
  ['too many requests', refused(429, { code: 'too_many_requests', detail: 'Wait.' }, { 'retry-after': '7' }), { status: 429, retryAfter: 7000, isPassing: true }],
])('Client throws a typed error when it is refused with %s', async (_, response, expected) => {
  const client = createClient({ url: 'http://here', fetch: serverThat(() => response).fetch });
  const error = await client.get('/api/pipelines').then(() => null, (e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject(expected);
});

test('Client says that a server is unreachable, or answers something else', async () => {
  const gone = createClient({ url: 'http://here', fetch: () => Promise.reject(new TypeError('fetch failed')) });
  await expect(gone.get('/api/pipelines')).rejects.toMatchObject({ status: 0, code: 'unreachable', isPassing: true });
  const broken = createClient({ url: 'http://here', fetch: serverThat(() => new Response('{"a":', { headers: { 'content-type': 'application/json' } })).fetch });
  await expect(broken.get('/api/pipelines')).rejects.toMatchObject({ status: 200, code: 'bad_answer' });
});

test('Client gives up when no answer comes, and throws what aborted it when it is aborted', async () => {
  vi.useFakeTimers();
  const hangs = ((_: string, init: RequestInit) => new Promise((_resolve, reject) => {
    init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error));
  })) as typeof fetch;
  const client = createClient({ url: 'http://here', fetch: hangs });
  const late = expect(client.get('/api/pipelines')).rejects.toMatchObject({ code: 'unreachable', message: 'The server does not answer.' });
  await vi.advanceTimersByTimeAsync(30_000);
  await late;
  const aborting = new AbortController();
  const aborted = expect(client.get('/api/pipelines', { signal: aborting.signal })).rejects.toThrow('mine');
  aborting.abort(new Error('mine'));
  await aborted;
  expect(vi.getTimerCount()).toBe(0);
});

test('Flags are asked for once in five seconds and count as on when the server does not tell', async () => {
  vi.useFakeTimers();
  let isOn = false;
  const server = serverThat(() => Response.json({ flags: { ENABLE_EXECUTION_STREAMING: isOn } }));
  const options = { url: 'http://flags', fetch: server.fetch };
  expect(await Promise.all([loadFlags(options), loadFlags(options)])).toEqual([{ ENABLE_EXECUTION_STREAMING: false }, { ENABLE_EXECUTION_STREAMING: false }]);
  expect(FLAGS.ENABLE_EXECUTION_STREAMING).toBe(false);
  isOn = true;
  expect((await loadFlags(options)).ENABLE_EXECUTION_STREAMING).toBe(false);
  await vi.advanceTimersByTimeAsync(5000);
  expect((await loadFlags(options)).ENABLE_EXECUTION_STREAMING).toBe(true);
  expect(server.requests).toHaveLength(2);
  expect((await loadFlags({ url: 'http://silent', fetch: () => Promise.reject(new TypeError()) })).ENABLE_EXECUTION_STREAMING).toBe(true);
});
