/** A piece of two texts: in both, or in one alone. */
export interface DiffPart {
  readonly kind: 'same' | 'left' | 'right';
  readonly text: string;
}

// The table of the longest common parts grows with the product of both; beyond this the texts are shown one after the other.
const most = 1500;

/** Tells where two texts differ, word by word. */
export function diffWords(left: string, right: string): DiffPart[] {
  const a = words(left);
  const b = words(right);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return join([...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)]);
}

const words = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
const same = (text: string): DiffPart => ({ kind: 'same', text });

function between(a: readonly string[], b: readonly string[]): DiffPart[] {
  const gone: DiffPart[] = a.map((text) => ({ kind: 'left', text }));
  const come: DiffPart[] = b.map((text) => ({ kind: 'right', text }));
  if (a.length === 0 || b.length === 0 || a.length > most || b.length > most) return [...gone, ...come];

  // lengths[i][j]: of the longest common part of what follows a[i] and b[j].
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      parts.push(same(a[i] ?? ''));
      i++;
      j++;
    } else parts.push(at(i + 1, j) >= at(i, j + 1) ? gone[i++]! : come[j++]!);
  }
  return [...parts, ...gone.slice(i), ...come.slice(j)];
}

/** Neighbours of one kind become one part. */
function join(parts: readonly DiffPart[]): DiffPart[] {
  const joined: { kind: DiffPart['kind']; text: string }[] = [];
  for (const { kind, text } of parts) {
    const last = joined.at(-1);
    if (last?.kind === kind) last.text += text;
    else joined.push({ kind, text });
  }
  return joined;
}
