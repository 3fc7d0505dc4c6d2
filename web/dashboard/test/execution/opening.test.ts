import { expect, test, vi } from 'vitest';
import { Opening } from '../../src/features/execution/opening.js';

test('Opening asks for state and graph at once, and gives each answer once', async () => {
  const fetch = vi.fn((input: unknown) => Promise.resolve(new Response(String(input))));
  const opening = new Opening('a b', { fetch: fetch as typeof globalThis.fetch });
  expect(fetch.mock.calls.map(([address]) => address)).toEqual(['/api/executions/a%20b', '/api/executions/a%20b/graph']);
  const first = await opening.fetch('/api/executions/a%20b');
  expect(await first.text()).toBe('/api/executions/a%20b');
  expect(fetch).toHaveBeenCalledTimes(2);
  await opening.fetch('/api/executions/a%20b');
  await opening.fetch('/api/executions/a%20b/graph', { method: 'DELETE' });
  await opening.fetch('/api/session');
  expect(fetch).toHaveBeenCalledTimes(5);
});

test('Opening that fails is told to who asks, and to nobody else', async () => {
  const opening = new Opening('x', { fetch: () => Promise.reject(new TypeError('fetch failed')) });
  await expect(opening.fetch('/api/executions/x')).rejects.toThrow('fetch failed');
});
