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

export const wants = (optIns: OptIns, { id, pipelineId }: { id: string; pipelineId: string }): boolean =>
  optIns.executions.includes(id) || optIns.pipelines.includes(pipelineId);
