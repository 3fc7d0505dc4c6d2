import type { ExecutionState, StageState } from '@sightglass/client';
import type { ExecutionGraph } from '../../src/shared/execution.js';

/** Numbers between 0 and 1, the same for the same seed. */
export function random(seed: number): () => number {
  return () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
}

/** A graph of stages of one type from its edges, written `a>b` or `a>b:words`; what has no edge is named alone. */
export function someGraph(...said: string[]): ExecutionGraph {
  const ids = new Set<string>();
  const edges = said.flatMap((text) => {
    const [path, label] = text.split(':') as [string, string | undefined];
    const [from, to] = path.split('>') as [string, string | undefined];
    ids.add(from);
    if (to === undefined) return [];
    ids.add(to);
    return [{ from, to, kind: label ? 'failure' as const : 'completion' as const, label: label ?? 'on completion' }];
  });
  return { id: 'some', name: 'Some', nodes: [...ids].map((id) => ({ id, name: id, type: id.startsWith('trigger') ? 'trigger' : 'shell', group: null })), edges };
}

/** A stage as the API gives it, pending unless something else is said. */
export const someStage = (key: string, more: Partial<StageState> = {}): StageState => ({
  key, id: key.replace(/\[\d+\]$/, ''), name: key, type: 'shell', status: 'pending', attempt: 0, iteration: 0, queuedAt: null, startTime: null, endTime: null,
  duration: null, cost: null, waitingFor: null, due: null, reason: null, error: null, input: null, output: null, child: null, undo: null, approvals: [], ...more,
});

/** The state of a running execution with these stages; what a piece does not read is left out. */
export const someState = (stages: readonly StageState[], more: Partial<ExecutionState> = {}): ExecutionState => ({
  id: '01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d', seq: 1, status: 'running', createdAt: 0, startTime: 0, endTime: null,
  progress: { total: stages.length, completed: 0, failed: 0, running: 0, pending: stages.length, skipped: 0 }, stages, ...more,
} as ExecutionState);
