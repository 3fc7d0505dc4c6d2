import { api } from '../../shared/api.js';
import { time } from '../../shared/format.js';
import { load } from '../../shared/load.svelte.js';
import { lookOf } from '../../shared/status.js';
import type { Entry } from './rank.js';

/** Reads what the palette can lead to: the pipelines and the newest executions. What cannot be read is not offered. */
export function readEntries() {
  const pipelines = load((signal) => api.get('/api/pipelines', { signal }));
  const executions = load((signal) => api.get('/api/executions/history', { query: { limit: 20 }, signal }));
  return {
    /** Whether more may come. */
    get isBusy(): boolean {
      return pipelines.isBusy || executions.isBusy;
    },
    get pipelines(): Entry[] {
      return (pipelines.value ?? []).map((p) => ({ id: `p ${p.id}`, group: 'Pipelines', label: p.name, detail: p.name === p.id ? '' : p.id, href: `/pipelines/${encodeURIComponent(p.id)}` }));
    },
    get executions(): Entry[] {
      return (executions.value?.executions ?? []).map((e) => ({
        id: `e ${e.id}`, group: 'Executions', label: e.pipelineName, href: `/executions/${e.id}`,
        detail: `${lookOf(e.status).label} · ${time(e.createdAt, Date.now())}${e.inputPreview ? ` · ${e.inputPreview}` : ''}`,
      }));
    },
  };
}
