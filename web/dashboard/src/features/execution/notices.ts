import { isTerminal } from '@sightglass/client';
import type { ExecutionState } from '@sightglass/client';

/** Something that a person who is not looking may want to know. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** How long nothing has to come from an execution that runs until it counts as stalled, in milliseconds. */
export const stalledAfter = 5 * 60_000;

/** What is worth telling of the step from one snapshot to the next. */
export function noticesOf(before: ExecutionState, after: ExecutionState): Notice[] {
  const name = after.pipelineName;
  if (after.status !== before.status && isTerminal(after.status)) {
    if (after.status === 'completed') return [{ title: `${name} completed`, body: `${after.progress.completed} of ${after.progress.total} stages completed.` }];
    if (after.status === 'cancelled') return [{ title: `${name} was cancelled`, body: after.reason ?? '' }];
    return [{ title: `${name} failed`, body: [after.failedStage, after.error?.message].filter(Boolean).join(': ') }];
  }
  const stop = after.debug?.stoppedAt;
  if (stop && stop !== before.debug?.stoppedAt) return [{ title: `${name} stopped at a breakpoint`, body: stop }];
  if (after.stages === before.stages) return [];
  const known = new Set(before.stages.flatMap(askedOf));
  const asked = after.stages.flatMap(askedOf).filter((stage) => !known.has(stage));
  return asked.slice(0, 1).map((stage) => ({ title: `${name} waits for an approval`, body: asked.length > 1 ? `${stage} and ${asked.length - 1} more` : stage }));
}

const askedOf = (stage: ExecutionState['stages'][number]): string[] =>
  [stage, ...(stage.instances ?? [])].filter((one) => one.approvals.length > 0).map((one) => one.key);

/** Tells whether an execution that runs has been silent for so long that somebody should look. What waits for a person is not stalled. */
export const isStalled = (state: ExecutionState, lastEventAt: number, now: number): boolean =>
  state.status === 'running' && state.progress.running > 0 && now - lastEventAt > stalledAfter;

export const stalledNotice = (state: ExecutionState): Notice => ({
  title: `${state.pipelineName} says nothing`, body: `For ${stalledAfter / 60_000} minutes no event has come; ${state.progress.running} stages run.`,
});

/** For what somebody wants to be told: single executions, or all of a pipeline. */
export interface OptIns {
  readonly executions: readonly string[];
  readonly pipelines: readonly string[];
}

const kept = 200;

/** Reads what was stored; anything else counts as nothing. */
export function readOptIns(text: string | null): OptIns {
  const list = (value: unknown) => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string').slice(-kept) : []);
  try {
    const { executions, pipelines } = (JSON.parse(text ?? '{}') ?? {}) as Partial<OptIns>;
    return { executions: list(executions), pipelines: list(pipelines) };
  } catch {
    return { executions: [], pipelines: [] };
  }
}

/** Adds or takes away one; the oldest are let go beyond 200 of a kind. */
export function toggled(optIns: OptIns, kind: keyof OptIns, id: string): OptIns {
  const list = optIns[kind];
  return { ...optIns, [kind]: list.includes(id) ? list.filter((one) => one !== id) : [...list, id].slice(-kept) };
}

export const wants = (optIns: OptIns, { id, pipelineId }: ExecutionState): boolean => optIns.executions.includes(id) || optIns.pipelines.includes(pipelineId);
