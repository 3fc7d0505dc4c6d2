import { ApiError } from '@sightglass/client';
import { api } from '../api.js';

/** Starts a pipeline with what its file gives. Gives where to go on: its execution, or its form where it asks for inputs. */
export async function startAsIs(id: string): Promise<{ execution: string | null; href: string }> {
  try {
    const { executionId } = await api.post('/api/pipelines/{id}/run', { path: { id }, body: {} });
    return { execution: executionId, href: `/executions/${executionId}` };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'invalid_input') throw error;
    return { execution: null, href: `/pipelines/${encodeURIComponent(id)}` };
  }
}
