import { everyLine, levels } from './line.js';
import type { Level, Line, LineFilter } from './line.js';

const streams: readonly Line['stream'][] = ['output', 'error', 'log'];

// What an address may ask for; nobody writes a longer one by hand.
const most = { stages: 20, text: 200 };

/** Reads off an address which lines count; what makes no sense there counts as nothing. */
export function readFilter(query: URLSearchParams): LineFilter {
  const stream = query.get('stream') as Line['stream'];
  return {
    ...everyLine,
    stages: query.getAll('in').filter(Boolean).slice(0, most.stages),
    levels: [...new Set((query.get('level') ?? '').split(','))].filter((level): level is Level => levels.includes(level as Level)),
    stream: streams.includes(stream) ? stream : null,
    text: (query.get('q') ?? '').slice(0, most.text),
  };
}

/** Writes it into an address, in place of what was there. */
export function writeFilter({ stages, levels: wanted, stream, text }: LineFilter, query: URLSearchParams): void {
  for (const name of ['in', 'level', 'stream', 'q']) query.delete(name);
  for (const stage of stages) query.append('in', stage);
  if (wanted.length > 0) query.set('level', wanted.join());
  if (stream !== null) query.set('stream', stream);
  if (text) query.set('q', text);
}
