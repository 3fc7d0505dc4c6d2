import { withParts } from '../../shared/query.js';
import { isStatus } from '../../shared/status.js';
import type { Span } from './axis.js';

/** What a Gantt chart shows of an execution. */
export interface GanttView {
  /** Part of a name, a key or what a stage said. */
  readonly text: string;
  /** A state as stages are shown; empty for all. */
  readonly status: string;
  /** A type of stage; empty for all. */
  readonly type: string;
  readonly foldsGaps: boolean;
  /** The part of the time that is seen, in milliseconds since the execution was created; null for all of it. */
  readonly range: Span | null;
}

// Longer than any execution.
const latest = 1e13;

/**
 * Reads off a query what is shown; what makes no sense there counts as nothing.
 * @param types The types that there are.
 */
export function readView(query: string, types: readonly string[]): GanttView {
  const parts = new URLSearchParams(query);
  const [status, type] = [parts.get('state') ?? '', parts.get('type') ?? ''];
  const [, from, to] = (/^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(parts.get('range') ?? '') ?? []).map(Number);
  return {
    text: parts.get('find') ?? '', status: isStatus(status) ? status : '', type: types.includes(type) ? type : '', foldsGaps: parts.get('idle') === 'folded',
    range: from! < to! && to! <= latest ? { from: from!, to: to! } : null,
  };
}

/** Writes some of it into a query, in place of what was there. */
export function writeView({ text, status, type, foldsGaps, range }: Partial<GanttView>, query: string): string {
  return withParts(query, {
    ...(text !== undefined && { find: text }),
    ...(status !== undefined && { state: status }),
    ...(type !== undefined && { type }),
    ...(foldsGaps !== undefined && { idle: foldsGaps ? 'folded' : null }),
    ...(range !== undefined && { range: range && rangeText(range) }),
  });
}

// As exact as a pointer is on a wide screen: a range that is moved by a pixel is another.
function rangeText({ from, to }: Span): string {
  const digits = Math.max(0, Math.min(6, 4 - Math.floor(Math.log10(to - from))));
  return [from, to].map((at) => Number(Math.max(0, at).toFixed(digits))).join('-');
}
