import { describe, expect, test } from 'vitest';
import { apiQuery, everything, isNarrowed, mostLabels, older, readQuery, withLabel, writeQuery } from '../../src/features/history/query.js';
import type { HistoryQuery } from '../../src/features/history/query.js';

const narrowed: HistoryQuery = {
  status: ['failed', 'running'], pipeline: 'nightly', labels: ['team=docs', 'kind', 'note=a,b & c'], since: '', from: '2026-02-03T04:05', to: '2026-02-04T00:00', text: 'time out & <b>', page: 3, cursor: '',
};

describe('history query', () => {
  test('address keeps every part', () => expect(readQuery(new URLSearchParams(writeQuery(narrowed)))).toEqual(narrowed));

  test('labels are in the address one by one, each once', () => {
    expect(writeQuery({ ...everything, labels: ['a=1', 'b'] })).toBe('?label=a%3D1&label=b');
    expect(readQuery(new URLSearchParams('label=a&label=b=c&label=a&label=%20b=c%20')).labels).toEqual(['a', 'b=c']);
    expect(readQuery(new URLSearchParams(Array.from({ length: 40 }, (_, i) => `label=l${i}`).join('&'))).labels).toHaveLength(mostLabels);
  });

  test('a label is added once, where it makes sense', () => {
    expect(withLabel(['a'], ' b=c ')).toEqual(['a', 'b=c']);
    const labels = ['a'];
    for (const text of ['a', '', '  ', '=x']) expect(withLabel(labels, text)).toBe(labels);
  });

  test('address of everything is empty', () => expect(writeQuery(everything)).toBe(''));

  test.each(['status=gone,failed', 'since=forever', 'page=0', 'page=1e99', 'page=-2', 'from=yesterday', 'to=2026-99-99T99:99', 'label=', 'label=%20&label=%3Dx'])('what makes no sense in %s is left out', (search) => {
    const query = readQuery(new URLSearchParams(search));
    expect(query).toEqual({ ...everything, status: search.startsWith('status') ? ['failed'] : [] });
  });

  test('span is told to the server as a moment', () => {
    expect(apiQuery({ ...narrowed, since: '24h' }, 100_000_000)).toEqual({
      q: 'time out & <b>', status: ['failed', 'running'], pipeline: 'nightly', label: ['team=docs', 'kind', 'note=a,b & c'], from: String(100_000_000 - 86_400_000), to: undefined, page: 3, pageSize: 50,
    });
  });

  test('local times are told to the server as moments', () => {
    const asked = apiQuery(narrowed, 0);
    expect(asked.from).toBe(String(new Date(2026, 1, 3, 4, 5).getTime()));
    expect(asked.to).toBe(String(new Date(2026, 1, 4).getTime()));
  });

  test('older pages are reached by number as far as the server counts, then by cursor', () => {
    expect(older(everything, 'c1')).toEqual({ ...everything, page: 2 });
    const beyond = older({ ...everything, page: 200 }, 'c2');
    expect(beyond).toEqual({ ...everything, cursor: 'c2' });
    expect(older(beyond, 'c3').cursor).toBe('c3');
    expect(readQuery(new URLSearchParams(writeQuery(beyond)))).toEqual(beyond);
    expect(apiQuery(beyond, 0)).not.toHaveProperty('page', expect.anything());
    expect(readQuery(new URLSearchParams('page=201')).page).toBe(1);
  });

  test('page number alone narrows nothing', () => {
    expect(isNarrowed({ ...everything, page: 7, cursor: 'c' })).toBe(false);
    expect(isNarrowed(narrowed)).toBe(true);
  });
});
