import { describe, expect, test } from 'vitest';
import { delta, partsOf, placeOf, plain, statusesOf } from '../../src/features/compare/compare.js';

describe('comparison', () => {
  test.each([[100, 1300, 'duration', '+1.2 s'], [1300, 100, 'duration', '−1.2 s'], [5, 5.2, 'duration', '='], [null, 5, 'duration', ''], [0.02, 0.01, 'cost', '−$0.0100']] as const)(
    'from %s to %s %s is %s', (left, right, unit, text) => expect(delta(left, right, unit)).toBe(text));

  test('values are shown as people write them', () => {
    expect(plain('"a\\nb"')).toBe('a\nb');
    expect(plain('"cut off…')).toBe('"cut off…');
    expect(plain('{"a":1}')).toBe('{"a":1}');
    expect(partsOf({ path: '', left: null, right: '1' })).toEqual([{ kind: 'right', text: '1' }]);
    expect(partsOf({ path: '', left: '"x"', right: null })).toEqual([{ kind: 'left', text: 'x' }]);
  });

  test('stage over items says what became of them on each side', () => {
    const side = (undo: 'completed' | null) => ({ status: 'completed' as const, undo, attempt: 1, startedAfter: 0, duration: 1, cost: null });
    const stage = (key: string, left: ReturnType<typeof side> | null, right: ReturnType<typeof side> | null) => ({ key, name: key, differs: [], left, right, input: [], output: [] });
    const statuses = statusesOf([stage('a', side(null), side(null)), stage('a[0]', side('completed'), side(null)), stage('a[1]', side('completed'), null), stage('b', null, side('completed'))]);
    expect(statuses.get('a')).toEqual({ left: 'undo.completed', right: 'completed' });
    expect(statuses.get('b')).toEqual({ left: null, right: 'undo.completed' });
  });

  test('places are named', () => {
    expect(placeOf('')).toBe('the whole value');
    expect(placeOf('/a~1b/0/c~0d')).toBe('a/b › 0 › c~d');
  });
});
