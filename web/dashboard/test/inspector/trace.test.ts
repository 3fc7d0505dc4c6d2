import { expect, test } from 'vitest';
import { traceLink, traceOf } from '../../src/features/inspector/trace.js';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';
const header = `00-${id}-${span}-01`;

test.each([
  ['a header of a request', { url: 'http://x', headers: { Accept: '*/*', TraceParent: header } }],
  ['a variable of a program', { run: 'x', env: { TRACEPARENT: header } }],
  ['a value of its own', { traceparent: ` ${header} ` }],
  ['a later version that says more', { traceparent: `01-${id}-${span}-01-more` }],
])('Trace_is_found_in_%s', (_, input) => {
  expect(traceOf(input)).toEqual({ id, span });
});

test.each([
  ['nothing', null], ['a text', header], ['a list', [header]], ['an input without one', { env: { PATH: '/bin' }, headers: null }],
  ['an id of zeros', { traceparent: `00-${'0'.repeat(32)}-${span}-01` }], ['a span of zeros', { traceparent: `00-${id}-${'0'.repeat(16)}-01` }],
  ['capital letters', { traceparent: header.toUpperCase() }], ['the version that is none', { traceparent: `ff-${id}-${span}-01` }],
  ['a first version that says more', { traceparent: `${header}-more` }], ['what is no text', { traceparent: 7 }], ['a secret', { traceparent: '${{ secrets.TRACE }}' }],
  ['what lies deeper', { body: { traceparent: header } }],
])('Trace_is_not_found_in_%s', (_, input) => {
  expect(traceOf(input)).toBeNull();
});

test.each([
  ['https://traces.example.org/trace/{traceId}?span={spanId}', `https://traces.example.org/trace/${id}?span=${span}`],
  [null, null], ['javascript:alert("{traceId}")', null],
])('Trace_is_linked_by_%s', (template, link) => {
  expect(traceLink(template, { id, span })).toBe(link);
});
