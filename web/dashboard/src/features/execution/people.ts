import type { Client, ExecutionEvent } from '@sightglass/client';
import { plainText } from './tail.js';

/** What people said of an execution that its state does not hold. */
export interface People {
  /** Who asked for a turn, by its number. */
  readonly askedFor: ReadonlyMap<number, string>;
  /** Why somebody rejected an approval, by the key of the stage; the last word counts. */
  readonly rejections: ReadonlyMap<string, string>;
}

const mostEvents = 1000;
const longest = 500;

/** Takes from events what people said. */
export function peopleOf(events: readonly ExecutionEvent[]): People {
  const askedFor = new Map<number, string>();
  const rejections = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'execution.reopened' && event.data.by) askedFor.set(event.data.turn, event.data.by);
    if (event.type !== 'approval.rejected') continue;
    const said = plainText(event.data.comment ?? '').trim();
    if (said) rejections.set(event.stage, said.length > longest ? `${said.slice(0, longest)}…` : said);
    else rejections.delete(event.stage);
  }
  return { askedFor, rejections };
}

/** Reads what people said of an execution; of very many the first count. */
export async function readPeople(api: Client, id: string, signal: AbortSignal): Promise<People> {
  const query = { after: 0, limit: mostEvents, types: ['execution.reopened', 'approval.rejected'] };
  return peopleOf((await api.get('/api/executions/{id}/events', { path: { id }, query, signal })).events as ExecutionEvent[]);
}
