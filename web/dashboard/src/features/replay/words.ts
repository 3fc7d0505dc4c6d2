import type { ExecutionEvent } from '@sightglass/client';

/** An event in a few words: `build: started (attempt 2)`. */
export function eventText(event: ExecutionEvent): string {
  const { type } = event;
  const stage = 'stage' in event && typeof event.stage === 'string' ? event.stage : null;
  const what = type.slice(type.indexOf('.') + 1).replaceAll('.', ' ');
  const attempt = 'attempt' in event && typeof event.attempt === 'number' && event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
  return `${stage ?? type.slice(0, type.indexOf('.'))}: ${what}${attempt}`;
}
