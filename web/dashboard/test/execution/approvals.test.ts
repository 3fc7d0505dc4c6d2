import { describe, expect, test } from 'vitest';
import { openQuestions } from '../../src/features/execution/approvals.js';
import { caller, execution, stage } from './some.js';

describe('openQuestions', () => {
  const ask = (by: string[]) => execution([stage('a', { status: 'blocked', approvals: [{ trigger: 1, by, message: null, deadline: null }] })]);
  test.each([
    [[], caller('operator'), true], [[], caller('viewer'), false], [['admin'], caller('operator'), false], [['author'], caller('admin'), true],
    [['ada'], caller('viewer'), true], [['ada'], caller('viewer', { kind: 'token' }), false], [['bob'], caller('admin'), false], [['bob'], caller('none', { kind: 'local' }), true],
  ])('asked of %o lets %o answer: %s', (by, who, may) => expect(openQuestions(ask(by), who)[0]!.mayAnswer).toBe(may));

  test('are found in instances', () => {
    const asked = stage('e[0]', { approvals: [{ trigger: 1, by: [], message: null, deadline: null }] });
    expect(openQuestions(execution([stage('e', { instances: [asked] })]), caller('admin')).map((one) => one.stage)).toEqual(['e[0]']);
  });
});
