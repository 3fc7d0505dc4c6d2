import { flushSync, mount, unmount } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import WorkersPage from '../../src/features/workers/WorkersPage.svelte';

test('Work_in_hand_names_its_pipeline_where_that_is_known', () => {
  const work = (executionId: string) => ({ executionId, stage: 'work[4]', type: 'shell', attempt: 1, since: 0 });
  const worker = { id: 'w', host: 'here', process: 7, slots: 8, busy: 2, running: [work('a'), work('b')] };
  const page = mount(WorkersPage, {
    target: document.body,
    props: { workers: { value: [worker], error: null, status: 'ready', isBusy: false, reload: () => {} }, queue: undefined, names: new Map([['a', 'Nightly build']]), onrefresh: () => {} } as never,
  });
  onTestFinished(() => unmount(page));
  flushSync();
  const rows = [...document.querySelectorAll('li a')].map((row) => row.textContent!.replace(/\s+/g, ' ').trim());
  expect(rows).toEqual(['work[4] Nightly build shell · a', 'work[4] shell · b']);
});
