import { beforeEach, describe, expect, test } from 'vitest';
import { Drafts } from '../../../src/features/pipelines/editor/drafts.js';

const draft = (text: string) => ({ text, tag: '"1"', at: 1 });
const kept = () => new Drafts(() => sessionStorage);

describe('drafts', () => {
  beforeEach(() => sessionStorage.clear());

  test('one is there again after a reload, until it is deleted', () => {
    kept().put('a', draft('mine'));
    expect(kept().get('a')).toEqual(draft('mine'));
    kept().delete('a');
    expect(kept().get('a')).toBeNull();
    expect(sessionStorage.length).toBe(0);
  });

  test('the oldest go beyond twenty', () => {
    const drafts = kept();
    for (let i = 0; i < 20; i++) drafts.put(`${i}`, draft(`${i}`));
    drafts.put('0', draft('again'));
    drafts.put('new', draft('new'));
    expect([drafts.get('0')?.text, drafts.get('1'), drafts.get('2')?.text]).toEqual(['again', null, '2']);
  });

  test('without room they are kept while the page is there', () => {
    const drafts = new Drafts(() => { throw new Error('refused'); });
    drafts.put('a', draft('mine'));
    expect(drafts.get('a')?.text).toBe('mine');
  });

  test.each(['{', 'null', '5', '[["a",null]]', '[["a",{"text":1,"tag":null,"at":1}]]'])('%s that was stored counts as none', (stored) => {
    sessionStorage.setItem('sightglass.drafts', stored);
    expect(kept().get('a')).toBeNull();
  });
});
