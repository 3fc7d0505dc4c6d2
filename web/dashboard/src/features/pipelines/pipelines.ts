import type { components } from '@sightglass/client';

export type PipelineSummary = components['schemas']['PipelineSummary'];
export type Pipeline = components['schemas']['Pipeline'];
export type PlacedProblem = components['schemas']['PlacedProblem'];

/** An ended execution as a mark of a row. */
export interface RecentResult {
  readonly id: string;
  readonly status: string;
  readonly startTime: number;
  readonly duration: number;
}

const byName = new Intl.Collator(undefined, { numeric: true });

/** Those whose id, name or description has all words of a text, by name as the list shows it. */
export function searchPipelines(pipelines: readonly PipelineSummary[], text: string): PipelineSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = pipelines.filter((one) => {
    const all = `${one.id} ${one.name} ${one.description ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return found.sort((a, b) => byName.compare(a.name, b.name) || byName.compare(a.id, b.id));
}

/** The share of completed ones among those that ended by themselves, from 0 to 1, and how many these are; null where none did. */
export function successOf(recent: readonly RecentResult[]): { readonly rate: number; readonly of: number } | null {
  const counted = recent.filter((one) => one.status === 'completed' || one.status === 'failed');
  return counted.length > 0 ? { rate: counted.filter((one) => one.status === 'completed').length / counted.length, of: counted.length } : null;
}

/** Heights of marks between 0 and 1, the longest duration being 1; what was instant is still to be seen. */
export function markHeights(recent: readonly RecentResult[]): number[] {
  const longest = Math.max(...recent.map((one) => one.duration), 1);
  return recent.map((one) => Math.max(0.25, one.duration / longest));
}
