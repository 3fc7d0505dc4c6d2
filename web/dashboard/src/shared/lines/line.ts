import type { components } from '@sightglass/client';

/** A line of a log, as `GET /api/executions/{id}/lines` gives it. A line that has not ended yet has the number 0. */
export type Line = components['schemas']['NumberedLine'];
export type LineWindow = components['schemas']['LineWindow'];

export const levels = ['debug', 'info', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

/** Which lines count. */
export interface LineFilter {
  /** Keys of stages; of none: all. A stage that is spread over items stands for its instances too. */
  readonly stages: readonly string[];
  /** Of none: all. */
  readonly levels: readonly Level[];
  readonly stream: Line['stream'] | null;
  /** A text that they hold, in small or capital letters; empty for any. */
  readonly text: string;
}

export const everyLine: LineFilter = { stages: [], levels: [], stream: null, text: '' };

/** Tells whether a line counts, as the server does. */
export function fits(filter: LineFilter, line: Line): boolean {
  return (filter.stages.length === 0 || filter.stages.includes(line.stage) || (line.stage.includes('[', 1) && filter.stages.includes(line.stage.slice(0, line.stage.indexOf('[')))))
    && (filter.stream === null || filter.stream === line.stream)
    && (filter.text === '' || line.text.toUpperCase().includes(filter.text.toUpperCase()));
}

/** Tells whether a line has a level that counts; a level that is not known counts as info. */
export const hasLevel = (filter: LineFilter, line: Line): boolean => filter.levels.length === 0 || filter.levels.includes(levelOf(line));

export const levelOf = (line: Line): Level => (levels.includes(line.level) ? line.level : 'info');

/** The part of a query that names a filter. */
export const queryOf = (filter: LineFilter) => ({
  stage: filter.stages.length > 0 ? [...filter.stages] : undefined,
  level: filter.levels.length > 0 ? [...filter.levels] : undefined,
  stream: filter.stream ?? undefined,
  q: filter.text || undefined,
});
