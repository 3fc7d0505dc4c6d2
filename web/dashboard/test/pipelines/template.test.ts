import { describe, expect, test } from 'vitest';
import { fileOf, idOf, templates } from '../../src/features/pipelines/template.js';

const first = (name: string) => fileOf(templates[0]!, name).split('\n').slice(0, 2);

describe('files that pipelines begin with', () => {
  test.each([
    ['Nightly report', 'id: nightly-report', 'name: "Nightly report"'],
    ['  Ünï – code  ', 'id: n-code', 'name: "Ünï – code"'],
    ['', 'id: my-pipeline', 'name: "My pipeline"'],
    ['###', 'id: my-pipeline', 'name: "###"'],
    ['a: b\nstages: []', 'id: a-b-stages', 'name: "a: b\\nstages: []"'],
    ['x'.repeat(100), `id: ${'x'.repeat(60)}`, `name: "${'x'.repeat(100)}"`],
  ])('name %j is one line, and its id one that addresses take', (name, id, line) => {
    expect(first(name)).toEqual([id, line]);
    expect(idOf(fileOf(templates[0]!, name))).toBe(id.slice(4));
  });
});
