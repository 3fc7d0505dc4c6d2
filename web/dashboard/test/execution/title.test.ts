import { expect, test } from 'vitest';
import { faviconOf } from '../../src/features/execution/favicon.js';
import { titleOf } from '../../src/features/execution/title.js';
import { execution } from './some.js';

test('Title and icon of the document say how it stands', () => {
  expect(titleOf(execution([], { progress: { total: 3, completed: 1, failed: 0, running: 1, pending: 1, skipped: 0 } }))).toBe('▶ 33 % Release');
  expect(titleOf(execution([], { status: 'failed' }))).toBe('✕ Release');
  expect(new Set(['queued', 'running', 'paused', 'completed', 'failed', 'cancelled'].map((status) => faviconOf(status, (token) => token))).size).toBe(6);
  expect(decodeURIComponent(faviconOf('blocked', (token) => token))).toMatch(/<circle .*fill="--blocked"\/>.*stroke="--blocked-on"/);
});
