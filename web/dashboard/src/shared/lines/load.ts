import { api } from '../api.js';
import { queryOf } from './line.js';
import type { LoadLines } from './store.js';

/** Reads lines of an execution from the server. */
export const linesOf = (id: string): LoadLines => ({ filter, at, from, line, limit, width, signal }) =>
  api.get('/api/executions/{id}/lines', { path: { id }, query: { ...queryOf(filter), at: Math.max(1, at), from, line, limit, width }, signal });
