import type { ListedExecution } from '@sightglass/client/feed';
import { describe, expect, test } from 'vitest';
import { OverviewRows, isUnderWay, keptFor } from '../../../src/shared/overview/rows.js';

const row = (id: string, createdAt: number, more: Partial<ListedExecution> = {}) => ({ id, createdAt, startTime: createdAt, status: 'running', ...more }) as ListedExecution;
const ids = (rows: OverviewRows) => rows.list.map((one) => one.id);

describe('rows of the overview', () => {
  test('newest are first, also those that come later', () => {
    const rows = new OverviewRows();
    rows.replace([row('b', 2), row('a', 1)]);
    rows.change(row('d', 4));
    rows.change(row('c', 3));
    expect(ids(rows)).toEqual(['d', 'c', 'b', 'a']);
  });

  test('list is replaced, changed and deleted from, and keeps its identity otherwise', () => {
    const rows = new OverviewRows();
    rows.replace([row('a', 1)]);
    const before = rows.list;
    rows.delete('unknown');
    rows.prune(10);
    expect(rows.list).toBe(before);
    rows.change(row('a', 1, { status: 'completed', endTime: 5 }));
    expect(rows.list.map((one) => one.status)).toEqual(['completed']);
    rows.delete('a');
    expect(rows.list).toEqual([]);
    rows.change(row('x', 1));
    rows.replace([]);
    expect(rows.list).toEqual([]);
  });

  test('one that was retried keeps the place that every list gives it', () => {
    const rows = new OverviewRows();
    rows.replace([row('old', 1, { turn: 2, startTime: 9 }), row('new', 5)]);
    expect(ids(rows)).toEqual(['new', 'old']);
  });

  test('those that ended long ago go, those under way stay', () => {
    const rows = new OverviewRows();
    rows.replace([row('old', 1, { status: 'failed', endTime: 100 }), row('new', 2, { status: 'completed', endTime: 200 }), row('runs', 0)]);
    rows.prune(150 + keptFor);
    expect(ids(rows)).toEqual(['new', 'runs']);
  });

  test.each([['queued', true], ['running', true], ['paused', true], ['completed', false], ['failed', false], ['cancelled', false]])('%s is under way: %s', (status, is) =>
    expect(isUnderWay({ status } as ListedExecution)).toBe(is));
});
