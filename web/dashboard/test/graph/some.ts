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
