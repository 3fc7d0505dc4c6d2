import { expect, it, onTestFinished } from 'vitest';
import { downloadOf, outputOf } from '../../src/features/logs/choices.js';
import { LogView } from '../../src/features/logs/logs.svelte.js';
import { everyLine } from '../../src/shared/lines/line.js';
import type { Line, LineWindow } from '../../src/shared/lines/line.js';
import type { LineQuestion } from '../../src/shared/lines/store.js';
import { someState } from '../graph/some.js';

const line = (number: number, more: Partial<Line> = {}): Line => ({ number, seq: number, time: 0, stage: 'a', attempt: 1, stream: 'output', level: 'info', text: `line ${number}`, length: 6, ...more });

/** A log of lines, of which some are errors, as a server gives it. */
function viewOf(lines: readonly Line[]) {
  const load = ({ filter, at, from = 0, limit }: LineQuestion): Promise<LineWindow> => {
    const known = lines.filter(({ seq }) => seq <= at);
    const fit = known.filter(({ level }) => filter.levels.length === 0 || filter.levels.includes(level));
    const errors = fit.filter(({ level }) => level === 'error').length;
    return Promise.resolve({
      from, total: fit.length, allLines: known.length, counts: { debug: 0, info: fit.length - errors, warning: 0, error: errors },
      lines: fit.slice(from, from + limit), open: [], seq: at, last: lines.length, more: false, complete: true,
    });
  };
  let view!: LogView;
  let tell!: (at: number) => void;
  let seq = $state.raw(10);
  const end = $effect.root(() => {
    view = new LogView(load);
    view.follow(() => ({ state: someState([], { seq }), graph: null, selected: null, select: () => undefined, now: 0, onEvents: () => () => undefined }));
    tell = (at) => (seq = at);
  });
  onTestFinished(end);
  return { view, tell };
}

const settled = (view: LogView) => expect.poll(() => view.lines.isCounted).toBe(true);

it('Lines_that_another_filter_shows_are_not_new', async () => {
  const { view, tell } = viewOf(Array.from({ length: 20 }, (_, i) => line(i + 1, { level: i % 5 === 0 ? 'error' : 'info' })));
  await settled(view);
  view.setFollowing(false);
  expect(view.newLines).toBe(0);

  view.narrow({ levels: ['error'] });
  await settled(view);
  expect(view.lines.total).toBe(2);
  expect(view.newLines).toBe(0);

  // What comes after that is.
  tell(20);
  await expect.poll(() => view.lines.total).toBe(4);
  expect(view.newLines).toBe(2);
});

it('Download_of_a_moment_names_the_event_and_that_of_now_does_not', () => {
  expect(downloadOf('x', null, null)).toBe('/api/executions/x/logs?format=text');
  expect(downloadOf('x', { ...everyLine, stages: ['a'] }, 7)).toBe('/api/executions/x/logs?format=text&at=7&stage=a');
  expect(outputOf('x', line(1), 7)).toBe('/api/executions/x/output/a?attempt=1&stream=output&at=7');
  expect(outputOf('x', line(1), null)).not.toContain('at=');
});
