import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createParser } from '../../src/streaming/sse.js';
import type { SseFrame } from '../../src/streaming/sse.js';

const read = (...pieces: string[]) => {
  const parser = createParser();
  return pieces.flatMap((piece) => parser(piece));
};

const frame = (part: SseFrame): SseFrame => part;

test('Parser gives each kind of frame', () => {
  expect(read('id: 3\ndata: {"a":1}\n\nevent: end\ndata: x\ndata: y\n\nid: 4\n\nretry: 250\n\n')).toEqual([
    frame({ id: '3', data: '{"a":1}' }), frame({ event: 'end', data: 'x\ny' }), frame({ id: '4' }), frame({ retry: '250' }),
  ]);
});

test('Parser passes over comments, unknown fields and what no frame is', () => {
  expect(read(': hello\n\n\n\nfoo: bar\n\n: again\ndata\n\n')).toEqual([frame({ data: '' })]);
});

test('Parser takes away one space', () => {
  expect(read('data:  two\n\ndata:none\n\n')).toEqual([frame({ data: ' two' }), frame({ data: 'none' })]);
});

test('Parser gives nothing of a frame that has not ended', () => {
  expect(read('data: a\n\ndata: b\n')).toEqual([frame({ data: 'a' })]);
});

test('Parser comes to the same frames wherever the text is cut and however lines end', () => {
  const line = fc.oneof(fc.constantFrom('', '', 'data: x', 'data', 'id: 7', 'event: end', ': c', 'retry: 5'), fc.string({ unit: fc.constantFrom('d', 'a', ':', ' ', 'é', '\uFEFF') }));
  fc.assert(fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(200)), (lines, end, cuts) => {
    // A last line that is no carriage return: one at the very end could be half of an end.
    const text = [...lines, '', ': last'].join(end);
    const places = [...new Set(cuts)].filter((cut) => cut < text.length).sort((a, b) => a - b);
    const pieces = [0, ...places].map((from, i) => text.slice(from, places[i] ?? text.length));
    expect(read(...pieces)).toEqual(read([...lines, '', ': last'].join('\n')));
  }), { numRuns: 2000 });
});

test('Parser refuses a frame that never ends', () => {
  const parser = createParser();
  const piece = 'x'.repeat(1024 * 1024);
  expect(() => {
    for (let i = 0; i < 20; i++) parser(piece);
  }).toThrow('too large');
  const lines = createParser();
  expect(() => {
    for (let i = 0; i < 20; i++) lines(`data: ${piece}\n`);
  }).toThrow('too large');
});
