import type { components } from '../generated/openapi.js';

type Schemas = components['schemas'];

/** One event of an execution's log; `type` tells which. Readers ignore types and fields that they do not know. */
export type ExecutionEvent = Schemas['Event'];

/** The event of one type: `EventOf<'stage.output'>`. */
export type EventOf<Type extends ExecutionEvent['type']> = Extract<ExecutionEvent, { type: Type }>;

/** The planned graph of an execution. */
export type ExecutionPlan = Schemas['Event.plan'];

/** What an event says of a turn that has ended: durations in milliseconds, costs in US dollars. */
export type ExecutionTotals = Schemas['Event.totals'];
