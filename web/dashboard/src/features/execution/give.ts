import type { Client, ExecutionState, ServerOptions } from '@sightglass/client';
import { inputText, runner } from '../../shared/executions/again.js';
import type { Command } from './commands.js';

/** Gives a command to an execution; what it did is told by the events that follow. `again` gives the id of the new execution. */
export type Give = (command: Command, state: ExecutionState) => Promise<string | null>;

/** Makes what gives the commands of one page. */
export function giver(api: Client, server: ServerOptions): Give {
  const start = runner(server);
  return async (command, { id, pipelineId, priority, labels }) => {
    const path = { id };
    switch (command) {
      case 'pause': await api.post('/api/executions/{id}/pause', { path }); return null;
      case 'resume': await api.post('/api/executions/{id}/resume', { path }); return null;
      case 'cancel': await api.post('/api/executions/{id}/cancel', { path }); return null;
      case 'retry': await api.post('/api/executions/{id}/retry', { path }); return null;
      case 'delete': await api.delete('/api/executions/{id}', { path }); return null;
      case 'again': return start(pipelineId, { input: await inputText(api, id), priority, labels });
    }
  };
}
