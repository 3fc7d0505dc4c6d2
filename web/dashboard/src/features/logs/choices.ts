import type { ExecutionState } from '@sightglass/client';
import { queryOf } from '../../shared/lines/line.js';
import type { Line, LineFilter } from '../../shared/lines/line.js';

const storedAs = 'sightglass.logs';
const mostStages = 500;

/** How the reader wants to see logs. */
export interface Choices {
  wrap: boolean;
  showTime: boolean;
}

/** What was chosen in this browser before; what cannot be kept counts until the page is left. */
export function remembered(): Choices & { save(choices: Choices): void } {
  let stored: Partial<Choices> | null = null;
  try {
    stored = JSON.parse(localStorage.getItem(storedAs) ?? 'null') as Partial<Choices> | null;
  } catch {
    // Nothing is stored, or nothing that can be read.
  }
  return {
    wrap: stored?.wrap === true,
    showTime: stored?.showTime === true,
    save(choices) {
      try {
        localStorage.setItem(storedAs, JSON.stringify(choices));
      } catch {
        // The browser keeps nothing for pages.
      }
    },
  };
}

/** Keys of the stages that may have printed something, the selected one among them. */
export function stagesOf(state: ExecutionState, selected: string | null): string[] {
  const keys = state.stages.filter((stage) => stage.attempt > 0 || stage.count !== undefined).slice(0, mostStages).map((stage) => stage.key);
  return selected === null || keys.includes(selected) ? keys : [selected, ...keys];
}

/** The address of the log as a file; with an event as it stood there. */
export function downloadOf(id: string, filter: LineFilter | null, at: number | null): string {
  const query = new URLSearchParams({ format: 'text', ...(at !== null && { at: String(at) }) });
  for (const [name, value] of Object.entries(filter ? queryOf(filter) : {})) if (value !== undefined) query.set(name, String(value));
  return `/api/executions/${encodeURIComponent(id)}/logs?${query}`;
}

/** The address of all that the stage of a line printed in its attempt; with an event up to there. */
export const outputOf = (id: string, line: Line, at: number | null): string =>
  `/api/executions/${encodeURIComponent(id)}/output/${encodeURIComponent(line.stage)}?attempt=${line.attempt}${line.stream === 'log' ? '' : `&stream=${line.stream}`}${at === null ? '' : `&at=${at}`}`;
