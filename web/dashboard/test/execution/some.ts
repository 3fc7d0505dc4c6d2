import type { ExecutionEvent, ExecutionState, StageState } from '@sightglass/client';
import type { ExecutionGraph } from '../../src/shared/execution.js';
import type { Caller, Role } from '../../src/shared/session/roles.js';

/** Somebody with a role, and what else a test says of them. */
export const caller = (role: Role, given: Partial<Caller> = {}): Caller => ({ name: 'ada', organization: 'default', role, kind: 'session', grants: {}, ...given });

/** A stage with what a test says of it. */
export const stage = (key: string, given: Partial<StageState> = {}): StageState => ({
  key, id: key.replace(/\[\d+\]$/, ''), name: key, type: 'shell', status: 'pending', attempt: 0, iteration: 0, queuedAt: null, startTime: null, endTime: null,
  duration: null, cost: null, waitingFor: null, due: null, reason: null, error: null, input: null, output: null, child: null, undo: null, approvals: [], ...given,
});

/** An execution that runs, with what a test says of it. */
export function execution(stages: StageState[], given: Partial<ExecutionState> = {}): ExecutionState {
  return {
    id: '01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d', seq: 1, pipelineId: 'release', pipelineName: 'Release', version: null, definitionHash: 'sha256:0', status: 'running',
    cancelling: false, reason: null, turn: 1, priority: 'medium', requestedBy: null, schedule: null, labels: {}, parent: null, createdAt: 1000, startTime: 1000,
    endTime: null, currentStage: 0, totalStages: stages.length, cost: 0, input: null, error: null, failedStage: null, result: null, stages,
    progress: { total: stages.length, completed: 0, failed: 0, running: 0, pending: stages.length, skipped: 0 }, ...given,
  };
}

/** A graph of edges written as `a>b`. */
export const graph = (...edges: string[]): ExecutionGraph => ({
  id: 'release', name: 'Release', nodes: [],
  edges: edges.map((edge) => ({ from: edge.split('>')[0]!, to: edge.split('>')[1]!, kind: 'completion' as const, label: null })),
});

/** A line that a stage printed. */
export const output = (seq: number, text: string): ExecutionEvent =>
  ({ seq, time: '2026-11-20T17:29:03.123456Z', executionId: 'x', type: 'stage.output', stage: 'a', attempt: 1, data: { text, stream: 'output', offset: 0 } });

/** A stage that came to run. */
export const started = (seq: number, key: string): ExecutionEvent =>
  ({ seq, time: '2026-11-20T17:29:03.123456Z', executionId: 'x', type: 'stage.started', stage: key, attempt: 1, data: { input: null } });
