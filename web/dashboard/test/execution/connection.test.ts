import { ApiError } from '@sightglass/client';
import { describe, expect, test } from 'vitest';
import { connectionLook, eventCount } from '../../src/features/execution/connection.js';
import { execution } from './some.js';

describe('connectionLook', () => {
  const at = (mode: Parameters<typeof connectionLook>[0]['mode'], error: ApiError | null = null, retryAt: number | null = null) => connectionLook({ mode, error, retryAt }, 1000);
  test.each([
    ['live', 'LIVE', 'success', 'live'], ['polling', 'Polling', 'waiting', 'steady'], ['paused', 'Paused', 'cancelled', 'steady'],
    ['connecting', 'Connecting', 'waiting', 'trying'], ['retrying', 'Offline', 'failed', 'steady'], ['ended', 'Ended', 'cancelled', 'steady'],
  ] as const)('of %s is %s, %s, %s', (mode, label, tone, motion) => expect(at(mode)).toMatchObject({ label, tone, motion }));
  test('counts down to the next try', () => expect(at('retrying', null, 6400).title).toContain('Next try in 6 s.'));
  test('says why it polls', () => {
    expect(at('polling', new ApiError(503, 'streaming_disabled', '')).title).toContain('the server streams none');
    expect(at('polling', new ApiError(0, 'unreachable', '')).title).toContain('no stream comes through');
  });
  test('counts events', () => expect([eventCount(execution([], { seq: 4118 }), 0), eventCount(execution([]), 3)]).toEqual(['4,118 of 4,118 events', '1 of 3 events']));
});
