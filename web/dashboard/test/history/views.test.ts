import { describe, expect, test } from 'vitest';
import { readViews, saveView, writeViews } from '../../src/features/history/views.js';

describe('saved views', () => {
  test('views are read as they were written', () => {
    const views = saveView([], 'Mine', '?label=team%3Ddocs');
    expect(readViews(writeViews(views))).toEqual([{ name: 'Mine', search: '?label=team%3Ddocs' }]);
  });

  test.each([null, '', '{', '7', '[{"name":1}]', '[{"name":"x","search":"javascript:alert(1)"}]'])('stored %s counts as nothing', (stored) =>
    expect(readViews(stored)).toEqual([]));

  test('name that is taken gets the new query', () => expect(saveView([{ name: 'a', search: '?q=1' }], ' a ', '?q=2')).toEqual([{ name: 'a', search: '?q=2' }]));

  test('view without a name is not saved', () => expect(saveView([], '  ', '?q=2')).toEqual([]));

  test('oldest goes where there are too many', () => {
    let views = saveView([], 'first', '?q=0');
    for (let n = 1; n <= 20; n++) views = saveView(views, `view ${n}`, `?q=${n}`);
    expect(views).toHaveLength(20);
    expect(views.map((view) => view.name)).not.toContain('first');
  });
});
