/** Where an execution stands. */
export type ExecutionStatus = 'queued' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** Where a stage stands: waiting for dependencies, an event, a timer or a retry; blocked by a person or a slot. */
export type StageStatus =
  | 'pending' | 'queued' | 'waiting' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled' | 'blocked';

/** Why something failed. */
export interface ErrorState {
  /** Stable code. */
  code: string;
  /** One sentence for people. */
  message: string;
  /** More, such as the last lines of standard error. */
  detail: string | null;
}

/** A node of a stage's trigger. Times are milliseconds since 1970. */
export interface TriggerState {
  trigger: number;
  type: string;
  result: boolean | null;
  why: string | null;
  since: number | null;
  deadline: number | null;
  timedOut: string | null;
  cancelled: boolean;
}

/** A question that nobody has answered yet. */
export interface ApprovalState {
  trigger: number;
  by: string[];
  message: string | null;
  deadline: number | null;
}

/** One stage, or one instance of a `forEach`. Times are milliseconds since 1970, durations milliseconds, costs US dollars. */
export interface StageState {
  key: string;
  id: string;
  name: string;
  type: string;
  status: StageStatus;
  attempt: number;
  iteration: number;
  queuedAt: number | null;
  startTime: number | null;
  endTime: number | null;
  duration: number | null;
  cost: number | null;
  waitingFor: string | null;
  due: number | null;
  reason: string | null;
  error: ErrorState | null;
  input: unknown;
  output: unknown;
  child: string | null;
  undo: string | null;
  approvals: ApprovalState[];
  triggers?: TriggerState[];
  /** How many instances a `forEach` has; absent on other stages and before it knows. */
  count?: number;
  instances?: StageState[];
}

/** How many stages stand where; the buckets sum to `total`. Cancelled counts as skipped; blocked, waiting and queued as pending. */
export interface ProgressState {
  total: number;
  completed: number;
  failed: number;
  running: number;
  pending: number;
  skipped: number;
}

/** What came out of a turn. */
export interface ResultState {
  status: string;
  output: unknown;
  error: string | null;
  summary?: { totalDuration: number; totalCost: number; stagesRun: number; stagesSkipped: number; stagesFailed: number };
}

/** A whole execution as `GET /api/executions/{id}` gives it, and as the fold of its events gives it. */
export interface ExecutionState {
  id: string;
  /** The sequence of the last event in it. */
  seq: number;
  pipelineId: string;
  pipelineName: string;
  version: string | null;
  definitionHash: string;
  status: ExecutionStatus;
  cancelling: boolean;
  reason: string | null;
  turn: number;
  priority: string;
  requestedBy: string | null;
  schedule: { id: string; time: number } | null;
  labels: Record<string, string>;
  group?: { name: string; limit: number; waiting: boolean };
  debug?: { breakpoints: string[]; stoppedAt: string | null };
  parent: { executionId: string; stage: string; attempt: number } | null;
  createdAt: number | null;
  startTime: number | null;
  endTime: number | null;
  /** Position in the plan, from 1, of the stage started last; 0 before. */
  currentStage: number;
  totalStages: number;
  progress: ProgressState;
  cost: number;
  input: unknown;
  error: ErrorState | null;
  failedStage: string | null;
  result: ResultState | null;
  stages: StageState[];
}

/** Tells whether an execution of this status has ended; only a person can open it again. */
export const isTerminal = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';
