import { describe, expect, test } from 'vitest';
import schema from '../../../../../docs/reference/pipeline.schema.json';
import { suggestionsAt } from '../../../src/features/pipelines/editor/completion.js';
import type { Schema } from '../../../src/features/pipelines/editor/completion.js';

/** What is suggested where the text has a `|`. */
function at(text: string) {
  const offset = text.indexOf('|');
  const found = suggestionsAt(text.replace('|', ''), offset, schema as Schema);
  return { from: found && found.from - offset, labels: found?.options.map((one) => one.label) ?? null, options: found?.options ?? [] };
}

const stages = 'id: x\nstages:\n  - id: one\n    type: shell\n  - id: two\n';

describe('completion', () => {
  test('members of the whole file are suggested at its edge', () => expect(at('id: x\n|').labels).toEqual(expect.arrayContaining(['name', 'inputs', 'stages', 'onFailure'])));

  test('what was typed is replaced', () => expect(at('id: x\nsta|').from).toBe(-3));

  test.each([
    ['first member of a stage', 'stages:\n  - |'], ['later member of a stage', `${stages}    |`], ['stage at its key\'s own column', 'stages:\n- id: a\n  |'],
    ['stage after one with a block of text', 'stages:\n  - id: a\n    shell:\n      run: |-\n        echo\n  - id: b\n    |'.replace('|-', '>-')],
  ])('%s', (_, text) => expect(at(text).labels).toEqual(expect.arrayContaining(['needs', 'type', 'shell', 'forEach'])));

  test('members of a member are its own', () => {
    const { labels } = at(`${stages}    shell:\n      |`);
    expect(labels).toEqual(expect.arrayContaining(['run', 'env']));
    expect(labels).not.toContain('needs');
  });

  test('named input has the members of an input', () => expect(at('inputs:\n  topic:\n    |').labels).toEqual(expect.arrayContaining(['type', 'required', 'default'])));

  test('trigger within a list within a trigger', () => expect(at(`${stages}    triggers:\n      all:\n        - completed: one\n        - any:\n            - |`).labels).toEqual(expect.arrayContaining(['event', 'approval'])));

  test('values are those allowed', () => {
    expect(at('onFailure: |').labels).toEqual(['fail', 'continue', 'rollback']);
    expect(at('inputs:\n  topic:\n    required: t|').labels).toEqual(['true', 'false']);
    expect(at(`${stages}    type: sh|`).labels).toContain('shell');
  });

  test.each([`${stages}    needs: [|`, `${stages}    needs: [one, |`, `${stages}    needs:\n      - |`, `${stages}    triggers:\n      completed: |`])('stages are named in %j', (text) =>
    expect(at(text).labels).toEqual(['one', 'two']));

  test.each(['# |', 'id: x # |', 'nothing:\n  |', 'run: echo $(|'])('nothing is suggested in %j', (text) => expect(at(text).labels ?? []).toEqual([]));

  test('member that holds more begins a new line', () => expect(at('id: x\n|').options.find((one) => one.label === 'stages')?.insert).toBe('stages:\n  - '));
});
