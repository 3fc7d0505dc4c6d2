import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogBuffer, maxChars, maxLogs } from '../../src/logs/buffer.js';
import { mergeLogs, messageOf } from '../../src/logs/index.js';
import type { ExecutionLog } from '../../src/logs/index.js';

const logOf = (id: number, more: Partial<ExecutionLog> = {}): ExecutionLog => ({
  id: String(id), execution_id: 'x', step_name: 's', step_type: 't', input_data: {}, output_data: { message: `m${id}` }, duration_ms: 0, timestamp: 't', level: 'info', ...more,
});

const range = (from: number, to: number, size = 1) => Array.from({ length: to - from }, (_, i) => ({ log: logOf(from + i), size }));
const ids = (buffer: LogBuffer) => buffer.logs.map(({ id }) => Number(id));

test('Buffer holds the newest logs once and in order when connections send them over and over', () => {
  fc.assert(fc.property(fc.array(fc.record({ upTo: fc.nat(30_000), piece: fc.integer({ min: 500, max: 9000 }) }), { minLength: 1, maxLength: 4 }), (connections) => {
    const buffer = new LogBuffer();
    let most = 0;
    for (const { upTo, piece } of connections) {
      buffer.begin();
      for (let at = 0; at < upTo; at += piece) buffer.add(range(at, Math.min(upTo, at + piece)));
      most = Math.max(most, upTo);
      expect(ids(buffer)).toEqual(range(Math.max(0, most - maxLogs), most).map(({ log }) => Number(log.id)));
      expect(buffer.dropped).toBe(Math.max(0, most - maxLogs));
    }
  }), { numRuns: 30 });
});

test('Buffer lets go of the oldest logs when they are large, and keeps the newest however large it is', () => {
  const buffer = new LogBuffer();
  buffer.add(range(0, 10, maxChars / 4));
  expect(ids(buffer)).toEqual([6, 7, 8, 9]);
  buffer.add([{ log: logOf(10), size: maxChars * 2 }]);
  expect(ids(buffer)).toEqual([10]);
  expect(buffer.dropped).toBe(10);
});

test('Buffer gives a list of its own each time', () => {
  const buffer = new LogBuffer();
  buffer.add(range(0, 2));
  const before = buffer.logs;
  buffer.add(range(2, 3));
  expect(before).toHaveLength(2);
});

test('Logs read before and live ones are joined by their ids, and the live one counts', () => {
  const joined = mergeLogs([logOf(1), logOf(2)], [logOf(2, { level: 'error' }), logOf(3)]);
  expect(joined.map(({ id, level }) => `${id} ${level}`)).toEqual(['1 info', '2 error', '3 info']);
});

test('Text of a log is its message, else its error', () => {
  expect(messageOf(logOf(1))).toBe('m1');
  expect(messageOf(logOf(1, { output_data: { message: 7 }, error_message: 'why' }))).toBe('why');
  expect(messageOf({ ...logOf(1), output_data: undefined as unknown as Record<string, unknown> })).toBe('');
});
