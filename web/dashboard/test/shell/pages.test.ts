import { expect, test } from 'vitest';
import { isAt, pages } from '../../src/shell/pages.js';

test.each([
  ['/', '/'], ['/pipelines/hello', '/pipelines'], ['/executions/0197', '/executions'], ['/pipelinesque', undefined],
])('Frame_marks_one_page_when_%s_is_shown', (path, href) => {
  expect(pages.filter((p) => isAt(p, path)).map((p) => p.href)).toEqual(href ? [href] : []);
});

test('No_two_pages_have_the_same_keys', () => {
  expect(new Set(pages.map((p) => p.keys)).size).toBe(pages.length);
});
