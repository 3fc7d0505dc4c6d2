import type { ExecutionState } from '@sightglass/client';
import { api } from '../../shared/api.js';
import type { ExecutionGraph } from '../../shared/execution.js';

/** What the server writes a graph as. */
export type TextFormat = 'dot' | 'mermaid' | 'json';

/** Asks the server for a graph as text: of an execution at the moment that is shown, of a pipeline as it is. */
export async function graphText(graph: ExecutionGraph, state: ExecutionState | null, format: TextFormat): Promise<string> {
  const answer = state
    ? await api.open('/api/executions/{id}/graph', { path: { id: state.id }, query: { format, at: state.seq } })
    : await api.open('/api/pipelines/{id}/graph', { path: { id: graph.id }, query: { format } });
  return answer.text();
}
