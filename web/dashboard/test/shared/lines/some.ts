import type { ExecutionEvent } from '@sightglass/client';

/** What a stage printed, as an event of the log. */
export const output = (seq: number, stage: string, text: string): ExecutionEvent =>
  ({ seq, time: '2026-11-20T17:29:03.123456Z', executionId: 'x', type: 'stage.output', stage, attempt: 1, data: { text, stream: 'output', offset: 0 } }) as ExecutionEvent;
