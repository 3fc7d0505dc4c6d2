import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicesOf, fieldsOf, hintOf, initialText, readInput, readLabels, refill, writeLabels } from '../../src/features/pipelines/runform.js';

const fields = fieldsOf({
  inputs: {
    topic: { type: 'string', required: true, description: 'What about' },
    times: { type: 'integer', default: 3 },
    ratio: { type: 'number' },
    loud: { type: 'boolean', default: false },
    size: { type: 'string', enum: ['s', 'm'] },
    level: { type: 'integer', enum: [1, 2] },
    extra: { type: 'object', default: { a: 1 } },
    list: { type: 'array' },
    free: { type: 'any' },
    key: { secret: true },
    bare: null,
  },
});
const good = { topic: 'tea' };

describe('run form', () => {
  test('fields are those of the file, in its order', () => {
    expect(fields.map((field) => field.name)).toEqual(['topic', 'times', 'ratio', 'loud', 'size', 'level', 'extra', 'list', 'free', 'key', 'bare']);
    expect(fields[0]).toMatchObject({ required: true, description: 'What about', type: 'string', initial: undefined });
    expect(fields[9]).toMatchObject({ type: 'string', secret: true });
  });

  test.each([null, undefined, 7, {}, { inputs: [] }, { inputs: 'x' }])('definition %j has no fields', (definition) => expect(fieldsOf(definition)).toEqual([]));

  test('fields begin with what the file gives', () =>
    expect(fields.map(initialText)).toEqual(['', '3', '', 'false', '', '', '{\n  "a": 1\n}', '', '', '', '']));

  test('values are read by their types', () => {
    const texts = { ...good, times: '4', ratio: '0.5', loud: 'true', size: 'm', level: '2', extra: '{"b":[]}', list: '[1]', free: 'word', key: ' k ' };
    expect(JSON.parse(readInput(fields, texts).input!)).toEqual({ topic: 'tea', times: 4, ratio: 0.5, loud: true, size: 'm', level: 2, extra: { b: [] }, list: [1], free: 'word', key: ' k ' });
  });

  test('what is left empty is not sent', () => expect(readInput(fields, { ...good, times: ' ', extra: '' }).input).toBe('{"topic":"tea"}'));

  test.each([
    ['topic', '', /required/], ['times', '1.5', /whole/], ['times', 'x', /whole/], ['ratio', 'Infinity', /number/], ['loud', 'yes', /true or false/],
    ['size', 'xl', /Choose/], ['extra', '[]', /object/], ['extra', '{', /no JSON/], ['list', '{}', /list/],
  ])('%s of "%s" is refused with what to write', (name, text, problem) => expect(readInput(fields, { ...good, [name]: text }).problems?.[name]).toMatch(problem));

  test.each([
    ['extra', '{"x":12345678901234567890}', '{"x":12345678901234567890}'], ['list', '[1.0, 1e2]', '[1.0, 1e2]'], ['free', '0.12345678901234567890', '0.12345678901234567890'],
    ['times', '12345678901234567890', '12345678901234567890'], ['times', ' 1e3 ', '1000'], ['ratio', '9007199254740993', '9007199254740993'], ['ratio', '.5', '0.5'],
  ])('%s of %s is sent as it was typed', (name, text, json) => expect(readInput(fields, { ...good, [name]: text }).input).toBe(`{"topic":"tea","${name}":${json}}`));

  test('fields are filled from an earlier input as it was written, but for secrets', () => {
    const before = '{"topic":"a\\nb","times":9007199254740993,"ratio":0.1000000000000000055,"loud":true,"level":2,"extra":{"b":1},"list":[[1e20, 9007199254740993]],"free":"word","key":"***","gone":1}';
    const refilled = refill(fields, before);
    expect(refilled).toEqual({
      texts: { topic: 'a\nb', times: '9007199254740993', ratio: '0.1000000000000000055', loud: 'true', level: '2', extra: '{\n  "b": 1\n}', list: '[[1e20, 9007199254740993]]', free: '"word"' },
      left: ['key'],
    });
    expect(readInput(fields, refilled.texts).input).toContain('"times":9007199254740993,"ratio":0.1000000000000000055,');
    expect([refill(fields, null), refill(fields, '"x"')]).toEqual(Array(2).fill({ texts: {}, left: [] }));
  });

  test('a value of the file that this page cannot hold is left to the file', () => {
    const [large] = fieldsOf({ inputs: { large: { type: 'integer', default: 2 ** 53, required: true } } });
    expect(initialText(large!)).toBe('');
    expect(readInput([large!], { large: '' }).input).toBe('{}');
  });

  test('a text that the file fills and somebody has emptied is sent empty, and what is of another kind counts as the file says', () => {
    const filled = fieldsOf({ inputs: { note: { type: 'string', default: 'Hello' }, secret: { secret: true, default: 'x' }, size: { enum: ['s'], default: 's' }, times: { type: 'integer', default: 3 }, bare: {} } });
    expect(readInput(filled, { note: '', secret: '', size: '', times: '', bare: '' }).input).toBe('{"note":"","secret":""}');
  });

  test('empty fields say what to write, or what counts', () => {
    expect(fields.map(hintOf)).toEqual(['', 'As the file says', 'A number', 'As the file says', '', 'A whole number', 'As the file says', 'A JSON list, such as [1, 2]', 'JSON, or a text', '', '']);
    expect(choicesOf(fields[3]!)).toEqual([{ value: '', label: 'As the file says (false)' }, { value: 'true', label: 'true' }, { value: 'false', label: 'false' }]);
    expect(choicesOf(fields[5]!).map(({ label }) => label)).toEqual(['–', '1', '2']);
  });

  test('every problem is told at once', () => expect(Object.keys(readInput(fields, { times: 'x', list: 'y' }).problems ?? {})).toEqual(['topic', 'times', 'list']));

  test('labels are names with values', () => {
    expect(readLabels('team=docs, env = prod=1 ,')).toEqual({ labels: { team: 'docs', env: 'prod=1' }, problem: null });
    expect(readLabels('team').problem).toMatch(/NAME=VALUE/);
    expect(readLabels('a=1, "b').problem).toMatch(/'"b' is no label/);
    expect(readLabels('=x').problem).toMatch(/NAME=VALUE/);
  });

  test('labels with commas are written in quotes', () => {
    expect(writeLabels({ team: 'docs', note: 'red, "green"' })).toBe('team=docs, note="red, ""green"""');
    expect(readLabels('note="red, green" , team=docs').labels).toEqual({ note: 'red, green', team: 'docs' });
  });

  test('labels are read as they were written, whatever they hold', () => {
    const labels = fc.dictionary(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a,b', '"', 'a=b', ' x ')), fc.oneof(fc.string(), fc.constantFrom('a, b', '", "', '=', ' ', 'x\ny')));
    fc.assert(fc.property(labels, (given) => {
      expect(readLabels(writeLabels(given))).toEqual({ labels: { ...given }, problem: null });
    }));
  });
});
