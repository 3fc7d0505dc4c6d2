import type { Client, ExecutionState } from '@sightglass/client';
import type { Start } from '../../shared/executions/start.js';
import type { Command } from './commands.js';
import { readValue } from './definition.js';

export { starter } from '../../shared/executions/start.js';

/** Gives a command; what it did is told by the events that follow. `again` gives the id of the new execution. */
export async function give(api: Client, start: Start, command: Command, state: ExecutionState): Promise<string | null> {
  const path = { id: state.id };
  switch (command) {
    case 'pause': await api.post('/api/executions/{id}/pause', { path }); return null;
    case 'resume': await api.post('/api/executions/{id}/resume', { path }); return null;
    case 'cancel': await api.post('/api/executions/{id}/cancel', { path }); return null;
    case 'retry': await api.post('/api/executions/{id}/retry', { path }); return null;
    case 'delete': await api.delete('/api/executions/{id}', { path }); return null;
    case 'again': return runAgain(api, start, state);
  }
}

async function runAgain(api: Client, start: Start, { id, pipelineId, input, priority, labels }: ExecutionState): Promise<string> {
  return start(pipelineId, { ...(input !== null && { input: (await whole(api, id, input)) as string | Record<string, unknown> }), priority, labels });
}

/** The input of an execution, whole: one too large for its event is a reference. */
export const whole = (api: Client, id: string, input: unknown): unknown => {
  const { ref, bytes, preview } = (input ?? {}) as { ref?: unknown; bytes?: unknown; preview?: unknown };
  return typeof ref === 'string' && typeof bytes === 'number' && typeof preview === 'string' ? readValue(api, id, ref) : input;
};
