import { beforeEach, describe, expect, test, vi } from 'vitest';
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

  test('long ones are stored a moment later, together, or when the page is left', () => {
    vi.useFakeTimers();
    const drafts = kept();
    const long = 'x'.repeat(100_000);
    for (let i = 0; i < 50; i++) drafts.put('a', draft(`${long}${i}`));
    expect(drafts.get('a')?.text).toBe(`${long}49`);
    expect(kept().get('a')).toBeNull();
    vi.advanceTimersByTime(1000);
    expect(kept().get('a')?.text).toBe(`${long}49`);
    drafts.put('a', draft(`${long}50`));
    drafts.flush();
    expect(kept().get('a')?.text).toBe(`${long}50`);
    drafts.delete('a');
    vi.advanceTimersByTime(1000);
    expect(kept().get('a')).toBeNull();
    vi.useRealTimers();
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
