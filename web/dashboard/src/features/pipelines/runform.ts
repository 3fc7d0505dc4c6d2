import { partsOf } from '../../shared/executions/jsonText.js';

/** One input that a pipeline declares, as its file says. */
export interface InputField {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
  /** What may be chosen; empty for anything. */
  readonly choices: readonly unknown[];
  /** Undefined where the file gives none. */
  readonly initial: unknown;
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'any'];

/** Reads the inputs of a definition, in the order of the file. */
export function fieldsOf(definition: unknown): InputField[] {
  const inputs = (definition as { inputs?: unknown } | null)?.inputs;
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return [];
  return Object.entries(inputs as Record<string, Record<string, unknown> | null>).map(([name, given]) => ({
    name,
    type: (types.includes(given?.['type'] as string) ? given?.['type'] : 'string') as InputField['type'],
    required: given?.['required'] === true,
    description: typeof given?.['description'] === 'string' ? given['description'] : '',
    secret: given?.['secret'] === true,
    choices: Array.isArray(given?.['enum']) ? given['enum'] : [],
    initial: given?.['default'],
  }));
}

/** The text that a field begins with; none where this page cannot hold the file's value, which counts then. */
export function initialText(field: InputField): string {
  if (field.initial === undefined || !isExact(field.initial)) return '';
  return isText(field) && typeof field.initial === 'string' ? field.initial : JSON.stringify(field.initial, null, isWide(field) ? 2 : 0);
}

const isWide = ({ type }: InputField) => type === 'object' || type === 'array';

/** An earlier execution that the form is filled from. */
export interface Earlier {
  readonly id: string;
  /** As JSON text, whose numbers may have more digits than those of this page; null for none. */
  readonly input: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: string;
}

/** What the fields begin with from an earlier input, and the names of those that are left as the file gives them. */
export interface Refilled {
  readonly texts: Readonly<Record<string, string>>;
  readonly left: readonly string[];
}

/** Fills the fields from an earlier input as it was written, but for secrets. */
export function refill(fields: readonly InputField[], input: string | null): Refilled {
  const given = partsOf(input ?? 'null');
  const present = fields.filter((field) => given.has(field.name));
  return {
    texts: Object.fromEntries(present.filter((field) => !field.secret).map((field) => [field.name, writtenText(field, given.get(field.name)!)])),
    left: present.filter((field) => field.secret).map((field) => field.name),
  };
}

// JSON is set out only where that is all it does to it.
function writtenText(field: InputField, json: string): string {
  const value: unknown = JSON.parse(json);
  if (field.choices.length > 0) return textOf(value);
  if (isText(field) && typeof value === 'string') return value;
  return isWide(field) && JSON.stringify(value) === json ? JSON.stringify(value, null, 2) : json;
}

// What is written with more digits than a number of this page holds comes out of its reader as another one.
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact);
}

/** The input as JSON text, or what is wrong by field. */
export type RunInput = { readonly input: string; readonly problems: null } | { readonly input: null; readonly problems: Record<string, string> };

/**
 * Reads what was filled in, as JSON text: a number or a JSON value goes as it was typed, since a number of this page holds
 * 15 digits only. A field left empty is not sent, so that the file's own value counts; a text that the file fills is sent as
 * it is, empty or not.
 */
export function readInput(fields: readonly InputField[], texts: Readonly<Record<string, string>>): RunInput {
  const members: string[] = [];
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.name] ?? '';
    // Who empties a text that the file fills means the empty one.
    const isEmpty = (text === '' && !isCleared(field)) || (!isText(field) && text.trim() === '');
    if (isEmpty) {
      if (field.required && field.initial === undefined) problems[field.name] = 'This input is required.';
      continue;
    }
    const read = readValue(field, text);
    if (read.problem !== undefined) problems[field.name] = read.problem;
    else members.push(`${JSON.stringify(field.name)}:${read.json}`);
  }
  return Object.keys(problems).length > 0 ? { input: null, problems } : { input: `{${members.join(',')}}`, problems: null };
}

const isText = (field: InputField) => field.type === 'string';
const isCleared = (field: InputField) => isText(field) && field.choices.length === 0 && typeof field.initial === 'string';

const shapes: Readonly<Record<InputField['type'], string>> = {
  string: '', boolean: '', number: 'A number', integer: 'A whole number', object: 'A JSON object, such as {"a": 1}', array: 'A JSON list, such as [1, 2]', any: 'JSON, or a text',
};

/** What is said in a field that is empty: what to write, or what counts then. */
export const hintOf = (field: InputField): string => (field.initial === undefined ? shapes[field.type] : isText(field) ? '' : 'As the file says');

/** What can be chosen of a field; the first is not to choose. */
export function choicesOf(field: InputField): { value: string; label: string }[] {
  const choices = field.choices.length > 0 ? field.choices : [true, false];
  const none = field.initial === undefined ? '–' : `As the file says (${textOf(field.initial)})`;
  return [{ value: '', label: none }, ...choices.map((choice) => ({ value: textOf(choice), label: textOf(choice) }))];
}

type Read = { readonly json: string; readonly problem?: undefined } | { readonly problem: string };

const jsonInteger = /^-?(?:0|[1-9]\d*)$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function readValue(field: InputField, text: string): Read {
  if (field.choices.length > 0) {
    const choice = field.choices.find((one) => textOf(one) === text);
    return choice === undefined ? { problem: 'Choose one of the values.' } : { json: JSON.stringify(choice) };
  }
  if (field.type === 'string') return { json: JSON.stringify(text) };
  if (field.type === 'boolean') return text === 'true' || text === 'false' ? { json: text } : { problem: 'Write true or false.' };
  if (field.type === 'number' || field.type === 'integer') return readNumber(field, text.trim());
  return readJson(field, text);
}

function readNumber(field: InputField, text: string): Read {
  const value = Number(text);
  if (field.type === 'integer' && jsonInteger.test(text)) return { json: text };
  if (field.type === 'integer' && !Number.isSafeInteger(value)) return { problem: 'Write a whole number, such as 12.' };
  if (!Number.isFinite(value)) return { problem: 'Write a number, such as 12 or 0.5.' };
  return { json: field.type === 'number' && jsonNumber.test(text) ? text : JSON.stringify(value) };
}

function readJson(field: InputField, text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Anything may be a plain text as well.
    return field.type === 'any' ? { json: JSON.stringify(text) } : { problem: `This is no JSON: ${(error as Error).message}` };
  }
  if (field.type === 'array' && !Array.isArray(value)) return { problem: 'Write a JSON list, such as [1, 2].' };
  if (field.type === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) return { problem: 'Write a JSON object, such as {"a": 1}.' };
  return { json: text };
}

/** A choice as a list shows it. */
export const textOf = (choice: unknown): string => (typeof choice === 'string' ? choice : JSON.stringify(choice));

// A name or a value: bare, or in quotes, with a quote in it written twice.
const part = String.raw`\s*(?:"((?:[^"]|"")*)"|([^,QUOTED]*?))\s*`;
const label = new RegExp(`${part.replace('QUOTED', '=')}=${part.replace('QUOTED', '')}(?:,|$)`, 'y');

/** Reads labels as they are written: `team=docs, note="red, green"`. */
export function readLabels(text: string): { labels: Record<string, string>; problem: string | null } {
  const labels: [name: string, value: string][] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const empty = /^\s*(?:,|$)/.exec(rest);
    if (empty) {
      at += empty[0].length || 1;
      continue;
    }
    label.lastIndex = at;
    const read = label.exec(text);
    const [name, value] = read ? [unquoted(read[1], read[2]), unquoted(read[3], read[4])] : ['', ''];
    if (!read || name === '') return { labels: {}, problem: `'${rest.split(',')[0]!.trim()}' is no label: write NAME=VALUE, with commas between, and "…" around what has commas.` };
    labels.push([name, value]);
    at = label.lastIndex;
  }
  return { labels: Object.fromEntries(labels), problem: null };
}

const unquoted = (inQuotes: string | undefined, bare: string | undefined) => inQuotes?.replaceAll('""', '"') ?? bare ?? '';

/** Writes labels as they are read. */
export const writeLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels).map((parts) => parts.map(quoted).join('=')).join(', ');

const quoted = (text: string, place: number) => (/^["\s]|,|\s$/.test(text) || (place === 0 && text.includes('=')) ? `"${text.replaceAll('"', '""')}"` : text);
