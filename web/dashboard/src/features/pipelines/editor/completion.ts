/** The parts of a JSON Schema that the pipeline file's uses. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

/** What may be written at a place of a file. */
export interface Suggestion {
  readonly label: string;
  readonly insert: string;
  readonly info: string;
  readonly kind: 'key' | 'value' | 'stage';
}

/** What may be written, in place of the text from `from` to the cursor. */
export interface Suggestions {
  readonly from: number;
  readonly options: readonly Suggestion[];
}

/** Members whose values are ids of stages. */
const namesStage = new Set(['needs', 'completed', 'failed', 'ended', 'then', 'else']);

/** One line: where its dashes and its key stand. Columns count from 0; without a key `column` is that of the text. */
interface Line {
  readonly dashes: readonly number[];
  readonly column: number;
  readonly key: string | null;
  readonly hasValue: boolean;
}

/** Finds what the schema allows at a place of a YAML text; null inside a comment, or where nothing is known. */
export function suggestionsAt(text: string, offset: number, schema: Schema): Suggestions | null {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(start, offset);
  if (/(^|\s)#/.test(before)) return null;
  const above = text.slice(0, start).split('\n').slice(0, -1);

  const value = /^((?:\s*-\s+)*\s*)([\w-]+):\s+(?:\[(?:[^\]]*,)?\s*)?(["']?[\w.-]*)$/.exec(before);
  if (value) {
    const [, lead = '', key = '', typed = ''] = value;
    const path = [...pathTo(above, readLine(lead + key + ':')), key];
    return { from: offset - typed.length, options: valuesOf(path, text, schema) };
  }

  const name = /^((?:\s*-\s+)*\s*)([\w-]*)$/.exec(before);
  if (!name) return null;
  const [, lead = '', typed = ''] = name;
  const path = pathTo(above, readLine(`${lead}x:`));
  const from = offset - typed.length;
  const listed = path.at(-1) === '[]' ? path.at(-2) : undefined;
  if (listed !== undefined && namesStage.has(listed)) return { from, options: stagesOf(text) };
  return { from, options: keysOf(path, lead.length, schema) };
}

function readLine(text: string): Line {
  const dashes: number[] = [];
  let column = text.length - text.trimStart().length;
  while (/^-(\s|$)/.test(text.slice(column))) {
    dashes.push(column);
    const rest = text.slice(column + 1);
    column += 1 + (rest.length - rest.trimStart().length);
  }
  const found = /^["']?([\w.-]+)["']?:(\s+\S|\s*$)/.exec(text.slice(column));
  return { dashes, column, key: found?.[1] ?? null, hasValue: /\S/.test(found?.[2] ?? '') };
}

/** The members that lead to a line, from the root; `[]` stands for an element of a list. */
function pathTo(above: readonly string[], current: Line): string[] {
  const path: string[] = current.dashes.map(() => '[]');
  let limit = current.dashes[0] ?? current.column;

  // A list may stand at its key's own column.
  let isList = current.dashes.length > 0;
  for (let at = above.length - 1; at >= 0 && limit >= 0; at--) {
    const text = above[at] ?? '';
    if (!text.trim() || text.trimStart().startsWith('#')) continue;
    const line = readLine(text);
    const isParent = line.key !== null && !line.hasValue && (line.column < limit || (isList && line.column === limit && line.dashes.length === 0));
    if (isParent && line.key !== null) path.unshift(line.key);
    const first = line.dashes[0];
    const isSameElement = first !== undefined && first < limit && (line.column === limit || isParent);
    if (isSameElement) {
      path.unshift(...line.dashes.map(() => '[]'));
      limit = first;
      isList = true;
    } else if (isParent) {
      limit = line.column;
      isList = false;
    } else if (line.column < limit && first === undefined) {
      // A deeper text of something that is no parent: a block of text, which has no members.
      limit = line.column;
    }
  }
  return path;
}

function find(path: readonly string[], root: Schema): Schema | null {
  let schema: Schema | null = resolve(root, root);
  for (const part of path) {
    if (!schema) return null;
    const next: Schema | boolean | undefined = part === '[]' ? schema.items : schema.properties?.[part] ?? schema.additionalProperties;
    schema = typeof next === 'object' ? resolve(next, root) : null;
  }
  return schema;
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target ? { ...target, description: schema.description ?? target.description } : schema;
}

function keysOf(path: readonly string[], indent: number, root: Schema): Suggestion[] {
  const members = Object.entries(find(path, root)?.properties ?? {});
  return members.map(([label, given]) => {
    const schema = resolve(given, root);
    const insert = schema.properties || schema.additionalProperties ? `${label}:\n${' '.repeat(indent + 2)}` : schema.items ? `${label}:\n${' '.repeat(indent + 2)}- ` : `${label}: `;
    return { label, insert, info: schema.description ?? '', kind: 'key' as const };
  });
}

function valuesOf(path: readonly string[], text: string, root: Schema): readonly Suggestion[] {
  const schema = find(path, root);
  if (namesStage.has(path.at(-1) ?? '')) return stagesOf(text);
  const values = schema?.enum ?? schema?.items?.enum ?? (schema?.type === 'boolean' ? [true, false] : []);
  return values.map((value) => ({ label: String(value), insert: String(value), info: schema?.description ?? '', kind: 'value' as const }));
}

function stagesOf(text: string): Suggestion[] {
  const ids = [...text.matchAll(/^(?:[ \t]+(?:-\s+)?|-\s+)id:\s*["']?([\w-]+)/gm)].map((found) => found[1] ?? '');
  return [...new Set(ids)].map((id) => ({ label: id, insert: id, info: 'A stage of this pipeline.', kind: 'stage' as const }));
}
