import type { ExecutionEvent } from '@sightglass/client';
import { expect, test } from 'vitest';
import { peopleOf } from '../../src/features/execution/people.js';

const event = (seq: number, type: string, data: object, stage?: string) => ({ seq, time: '2026-11-20T17:29:03.123456Z', executionId: 'x', type, stage, data }) as unknown as ExecutionEvent;

test('Who asked for a turn is told of that turn', () => {
  const { askedFor } = peopleOf([event(5, 'execution.reopened', { turn: 2, stages: [], by: 'ada' }), event(9, 'execution.reopened', { turn: 3, stages: [] })]);
  expect([...askedFor]).toEqual([[2, 'ada']]);
});

test('Why somebody rejected is the last that was said of the stage, steers nothing and is cut', () => {
  const { rejections } = peopleOf([
    event(1, 'approval.rejected', { trigger: 1, comment: 'first' }, 'a'), event(2, 'approval.rejected', { trigger: 1, comment: 'no\u202e \x1b[31mway' }, 'a'),
    event(3, 'approval.rejected', { trigger: 1, comment: 'x'.repeat(9000) }, 'b'), event(4, 'approval.rejected', { trigger: 1, comment: 'old' }, 'c'), event(5, 'approval.rejected', { trigger: 1 }, 'c'),
  ]);
  expect([...rejections.keys()]).toEqual(['a', 'b']);
  expect(rejections.get('a')).toBe('no· way');
  expect(rejections.get('b')).toHaveLength(501);
});
