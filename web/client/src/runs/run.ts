/** Where a run or a step stands, as the playbook routes say it. */
export type RunState = 'queued' | 'running' | 'success' | 'failed' | 'waiting_for_dependencies' | 'blocked' | 'canceled' | 'skipped';

/** What the client reads of one step of a run. */
export interface StepRunView {
  key: string;
  state: RunState;
  status: string;
  attempt: number;
  maxAttempts: number;
  output: unknown;
  error: unknown;
  logs: string[];
  startedAt: string | null;
  completedAt: string | null;
}

/** What the client reads of `GET /api/v1/playbook-runs/{id}`. */
export interface PlaybookRunView {
  id: string;
  state: RunState;
  status: string;
  error: unknown;
  completedAt: string | null;
  updatedAt: string;
  steps: StepRunView[];
  progress: { total: number; completed: number; failed: number; running: number; pending: number };
}

/** The types of the events of a run. */
export type RunEventType =
  | 'run.updated' | 'run.completed' | 'run.failed' | 'step.updated' | 'step.completed' | 'step.failed' | 'step.log.appended';

/** One change of a run; `payload` depends on the type. */
export interface RunEvent {
  /** What happened. */
  type: RunEventType;
  /** The run that it belongs to. */
  runId: string;
  /** The step that changed; null where it is the run. */
  stepKey: string | null;
  /** When it happened, as ISO 8601 in UTC. */
  timestamp: string;
  /** What there is to say of it, by its type. */
  payload: Record<string, unknown>;
}

/** Tells whether nothing follows this event unless a person opens the run again. */
export const endsRun = ({ type, payload }: RunEvent): boolean =>
  type === 'run.completed' || type === 'run.failed' || (type === 'run.updated' && payload['status'] === 'CANCELLED');
