import type { Client } from '@sightglass/client';
import { plainText } from './tail.js';

/** How much of a line is shown. */
const shownWidth = 300;

/** Reads the last line that a stage wrote to its standard error, without colours; null where it wrote none. */
export async function lastWordsOf(api: Client, id: string, stage: string, signal: AbortSignal): Promise<string | null> {
  const { lines } = await api.get('/api/executions/{id}/lines', { path: { id }, query: { stage: [stage], stream: 'error', limit: 1, width: shownWidth }, signal });
  return plainText(lines[0]?.text ?? '').trim() || null;
}
