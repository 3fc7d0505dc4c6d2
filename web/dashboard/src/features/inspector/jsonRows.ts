/** One row of a tree of JSON. */
export interface JsonRow {
  /** Its place: names and numbers from the root, as a key and to be copied. */
  path: string;
  depth: number;
  /** The name or number before it; null for the root. */
  name: string | null;
  kind: 'object' | 'array' | 'text' | 'number' | 'word';
  /** The value as it is written; how many it holds, for what has children. */
  text: string;
  isOpen: boolean;
  hasChildren: boolean;
  value: unknown;
}

const longest = 500;
const plainName = /^[A-Za-z_$][\w$]*$/;

const kindOf = (value: unknown): JsonRow['kind'] =>
  Array.isArray(value) ? 'array' : value !== null && typeof value === 'object' ? 'object' : typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'word';

/** The place of a child: `a.b[2]["odd name"]`. */
export const pathOf = (parent: string, name: string, isIndex: boolean): string =>
  isIndex ? `${parent}[${name}]` : plainName.test(name) ? (parent ? `${parent}.${name}` : name) : `${parent}[${JSON.stringify(name)}]`;

const childrenOf = (value: object): [string, unknown][] => Object.entries(value);

function summary(value: unknown, kind: JsonRow['kind']): string {
  if (kind === 'array') return `[${(value as unknown[]).length}]`;
  if (kind === 'object') return `{${Object.keys(value as object).length}}`;
  const text = JSON.stringify(value) ?? 'null';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** The rows of a tree that are open to be seen. `toggled` has the places that are other than they begin: the first two levels are open. */
export function rowsOf(root: unknown, toggled: ReadonlySet<string>, most = 200_000): JsonRow[] {
  const rows: JsonRow[] = [];
  // A stack of its own: how deep a value is nested is nothing that may break the page.
  const waiting: { path: string; depth: number; name: string | null; value: unknown }[] = [{ path: '', depth: 0, name: null, value: root }];
  while (waiting.length > 0 && rows.length < most) {
    const { path, depth, name, value } = waiting.pop()!;
    const kind = kindOf(value);
    const hasChildren = (kind === 'array' || kind === 'object') && Object.keys(value as object).length > 0;
    const isOpen = hasChildren && (depth < 2) !== toggled.has(path);
    rows.push({ path, depth, name, kind, text: summary(value, kind), isOpen, hasChildren, value });
    if (!isOpen) continue;
    const children = childrenOf(value as object);
    for (let i = children.length - 1; i >= 0; i--) {
      const [child, inner] = children[i]!;
      waiting.push({ path: pathOf(path, child, kind === 'array'), depth: depth + 1, name: child, value: inner });
    }
  }
  return rows;
}

/** The places whose name or value holds a text, in the order of the tree; at most so many. */
export function findIn(root: unknown, wanted: string, most = 1000): string[] {
  const sought = wanted.toLowerCase();
  const found: string[] = [];
  if (!sought) return found;
  const waiting: { path: string; name: string; value: unknown }[] = [{ path: '', name: '', value: root }];
  while (waiting.length > 0 && found.length < most) {
    const { path, name, value } = waiting.pop()!;
    const isLeaf = value === null || typeof value !== 'object';
    if (name.toLowerCase().includes(sought) || (isLeaf && String(value).toLowerCase().includes(sought))) found.push(path);
    if (isLeaf) continue;
    const children = childrenOf(value);
    for (let i = children.length - 1; i >= 0; i--) waiting.push({ path: pathOf(path, children[i]![0], Array.isArray(value)), name: children[i]![0], value: children[i]![1] });
  }
  return found;
}

/** Opens what stands above a place, so that it can be seen. */
export function reveal(root: unknown, target: string, toggled: ReadonlySet<string>): Set<string> {
  const next = new Set(toggled);
  let [path, depth, value] = ['', 0, root];
  while (path !== target && value !== null && typeof value === 'object') {
    if (depth < 2) next.delete(path);
    else next.add(path);
    const isArray = Array.isArray(value);
    const child = childrenOf(value).find(([name]) => {
      const at = pathOf(path, name, isArray);
      return target === at || (target.startsWith(at) && /^[.[]/.test(target.slice(at.length)));
    });
    if (!child) break;
    [path, depth, value] = [pathOf(path, child[0], isArray), depth + 1, child[1]];
  }
  return next;
}
