export { createFold, foldExecution } from './execution.js';
export type { ExecutionFold } from './execution.js';
export { isTerminal } from './state.js';
export type { EventOf, ExecutionEvent, ExecutionPlan, ExecutionTotals } from './event.js';
export type {
  ApprovalState, ErrorState, ExecutionState, ExecutionStatus, ProgressState, ResultState, StageState, StageStatus, TriggerState,
} from './state.js';
