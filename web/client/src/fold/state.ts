import type { components } from '../generated/openapi.js';

type Schemas = components['schemas'];

/**
 * A whole execution, as `GET /api/executions/{id}` and the fold of its events give it. Times are milliseconds since 1970,
 * durations milliseconds, costs US dollars. Its place in a line and the reason for which it is parked are told by the server alone.
 */
export type ExecutionState = Schemas['ExecutionState'];

/** One stage, or one instance of a `forEach`. */
export type StageState = Schemas['StageState'];

/** Where an execution stands. */
export type ExecutionStatus = Schemas['ExecutionStatus'];
/** Where a stage stands. */
export type StageStatus = Schemas['StageStatus'];
/** Why a stage or an execution failed. */
export type ErrorState = Schemas['StageError'];
/** One node of a stage's trigger: what it waits for, and whether that has come. */
export type TriggerState = Schemas['TriggerState'];
/** A question that waits for a person. */
export type ApprovalState = Schemas['OpenApproval'];
/** How many stages there are, and how many stand where. */
export type ProgressState = Schemas['Progress'];
/** How an execution ended, and with what. */
export type ResultState = Schemas['ExecutionResult'];

/** Tells whether an execution of this status has ended; only a person can open it again. */
export const isTerminal = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';
