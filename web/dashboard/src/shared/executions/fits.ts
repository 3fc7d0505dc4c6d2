import { isTerminal } from '@sightglass/client';

/** What may be asked of an execution by its status alone, wherever it is listed or shown. */
export type Ask = 'cancel' | 'retry' | 'delete';

/** Tells whether the engine takes a command in a status; the server has the last word. */
export function fits(command: Ask, status: string): boolean {
  if (command === 'cancel') return !isTerminal(status);
  return command === 'retry' ? status === 'failed' || status === 'cancelled' : isTerminal(status);
}
