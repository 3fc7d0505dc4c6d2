import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followExecution } from '../../src/streaming/index.js';
import type { FollowMode } from '../../src/streaming/index.js';
import { FakeServer } from './fakeServer.js';
import type { Fault } from './fakeServer.js';
import { somePage } from './somePage.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'none' }),
  fc.constant<Fault>({ kind: 'unreachable' }),
  fc.constant<Fault>({ kind: 'hangs' }),
  fc.constant<Fault>({ kind: 'html' }),
  fc.constantFrom<Fault>(
    { kind: 'refused', status: 500, code: 'internal_error' },
    { kind: 'refused', status: 503, code: 'stopping', retryAfter: 1 },
    { kind: 'refused', status: 503, code: 'streaming_disabled' },
    { kind: 'refused', status: 429, code: 'too_many_requests', retryAfter: 7 },
    { kind: 'refused', status: 502, code: 'bad_gateway' },
  ),
  fc.record({
    kind: fc.constantFrom('cut', 'closed', 'lagging', 'draining', 'silent', 'repeats', 'skips', 'torn', 'mute'),
    after: fc.nat(6),
  }) as fc.Arbitrary<Fault>,
);

// What happens while it is watched, each after so many milliseconds.
const step = fc.record({
  wait: fc.oneof(fc.nat(50), fc.nat(5000), fc.nat(90_000)),
  what: fc.constantFrom('append', 'append', 'append', 'pause', 'resume', 'reconnect', 'streaming off', 'streaming on', 'hide', 'show'),
  count: fc.nat(12),
});

const world = fc.record({
  faults: fc.array(fault, { maxLength: 25 }),
  steps: fc.array(step, { maxLength: 15 }),
  before: fc.integer({ min: 1, max: 20 }),
  after: fc.option(fc.nat(20), { nil: undefined }),
  frameBytes: fc.constantFrom(1, 7, 64, 1_000_000),
  pageSize: fc.constantFrom(1, 3, 1000),
  latency: fc.nat(3000),
  isEndedBefore: fc.boolean(),
});

let worlds = 0;

test('Follow tells each event once and in order when connections fail in any way', { timeout: 240_000 }, async () => {
  const seen = new Set<string>();
  await fc.assert(fc.asyncProperty(world, async (w) => {
    vi.clearAllTimers();
    const page = somePage();
    const server = new FakeServer();
    Object.assign(server, { faults: [...w.faults], frameBytes: w.frameBytes, pageSize: w.pageSize, latency: w.latency });
    server.append(w.before, w.isEndedBefore);
    const modes: FollowMode[] = [];
    const told: number[] = [];
    let base = w.after === undefined ? -1 : Math.min(w.after, w.before);
    const following = followExecution('x', {
      url: `http://fake-${worlds++}`, fetch: server.fetch, after: w.after === undefined ? undefined : base,
      onState: (state) => {
        expect(told, 'a second state would make events come twice').toEqual([]);
        base = state.seq;
      },
      onEvent: (event) => told.push(event.seq),
      onMode: (mode) => void (modes.push(mode), seen.add(mode)),
    });
    for (const s of w.steps) {
      await vi.advanceTimersByTimeAsync(s.wait);
      if (s.what === 'append' && !server.ended) server.append(s.count);
      else if (s.what === 'pause') following.pause();
      else if (s.what === 'resume') following.resume();
      else if (s.what === 'reconnect') following.reconnect();
      else if (s.what === 'hide' || s.what === 'show') page[s.what]();
      else if (s.what === 'streaming off' || s.what === 'streaming on') server.streaming = s.what === 'streaming on';
    }
    following.resume();
    page.show();
    if (!server.ended) server.append(3, true);
    for (let i = 0; i < 400 && following.mode !== 'ended'; i++) await vi.advanceTimersByTimeAsync(10_000);
    expect(following.mode, modes.join(' ')).toBe('ended');
    expect(await following.done).toMatchObject({ reason: 'ended' });
    expect(told).toEqual(Array.from({ length: server.log.length - base }, (_, i) => base + 1 + i));
    expect(following.seq).toBe(server.log.length);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.open, 'connections left').toBe(0);
    expect(vi.getTimerCount(), 'timers left').toBe(0);
  }), { numRuns: 2000, seed: Number(process.env['SIGHTGLASS_SEED'] ?? 20261121) });
  expect([...seen].sort()).toEqual(['connecting', 'ended', 'live', 'paused', 'polling', 'retrying']);
});
