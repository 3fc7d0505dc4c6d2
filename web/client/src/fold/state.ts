import type { components } from '../generated/openapi.js';

type Schemas = components['schemas'];

/**
 * A whole execution, as `GET /api/executions/{id}` and the fold of its events give it. Times are milliseconds since 1970,
 * durations milliseconds, costs US dollars. Its place in a line and the reason for which it is parked are told by the server alone.
 */
export type ExecutionState = Schemas['ExecutionState'];

/** One stage, or one instance of a `forEach`. */
export type StageState = Schemas['StageState'];

export type ExecutionStatus = Schemas['ExecutionStatus'];
export type StageStatus = Schemas['StageStatus'];
export type ErrorState = Schemas['StageError'];
export type TriggerState = Schemas['TriggerState'];
export type ApprovalState = Schemas['OpenApproval'];
export type ProgressState = Schemas['Progress'];
export type ResultState = Schemas['ExecutionResult'];

/** Tells whether an execution of this status has ended; only a person can open it again. */
export const isTerminal = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';
