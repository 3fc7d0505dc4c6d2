import type { components, ExecutionEvent, ExecutionState } from '@sightglass/client';

/** The graph of an execution, as `GET /api/executions/{id}/graph` gives it; how a stage stands is read from the state. */
export type ExecutionGraph = components['schemas']['Graph'];

/** Takes new events in batches, each event once and in order. */
export type EventsListener = (events: readonly ExecutionEvent[]) => void;

/** The stage that an item belongs to, or the key itself. */
export const stageOfKey = (key: string): string => key.replace(/\[\d+\]$/, '');

/**
 * What every piece of the viewer is given: timeline, graph, logs, inspector and replay know nothing of each other, and show
 * the execution as it is told here, be that now or a moment of the past.
 */
export interface ExecutionPiece {
  /** An immutable snapshot, replaced some ten times a second at most; a stage that has not changed keeps its identity. */
  state: ExecutionState;
  /** Null until it is loaded, and where it could not be. */
  graph: ExecutionGraph | null;
  /** Key of the stage that is selected. */
  selected: string | null;
  select: (key: string | null) => void;
  /** Milliseconds since 1970 by the server's clock; it stands still in the past and once the execution has ended. */
  now: number;
  /**
   * Listens to the events after `state.seq` of the moment of subscription; gives what ends it. A log that begins anew
   * (`state.seq` goes back) tells its events from the first on.
   */
  onEvents: (listener: EventsListener) => () => void;
}
