/** The trace that a stage is part of, as W3C Trace Context names it. */
export interface Trace {
  readonly id: string;
  /** The span within it that the stage's own spans lie under. */
  readonly span: string;
}

// Version, trace, span and flags; later versions may say more behind them.
const traceparent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * Finds the trace in what a stage or an execution was given: a value `traceparent`, a header of a request or a variable of a program
 * of that name, in any case. Null where there is none, or none that is written as it has to be.
 */
export function traceOf(input: unknown): Trace | null {
  if (typeof input !== 'object' || input === null) return null;
  const { headers, env } = input as { headers?: unknown; env?: unknown };
  for (const values of [input, headers, env]) {
    if (typeof values !== 'object' || values === null) continue;
    for (const [name, value] of Object.entries(values)) {
      if (name.toLowerCase() !== 'traceparent' || typeof value !== 'string') continue;
      const [, version, id, span, more] = traceparent.exec(value.trim()) ?? [];
      if (id && span && !(version === '00' && more)) return { id, span };
    }
  }
  return null;
}

/** Where a trace is looked at, by the server's template; null where it has none. */
export const traceLink = (template: string | null, { id, span }: Trace): string | null =>
  template === null || !/^https?:\/\//.test(template) ? null : template.replaceAll('{traceId}', id).replaceAll('{spanId}', span);
