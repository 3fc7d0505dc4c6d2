const afterSpace = (json: string, at: number): number => {
  while (/\s/.test(json[at] ?? '')) at++;
  return at;
};

function endOfString(json: string, at: number): number {
  for (at++; at < json.length && json[at] !== '"'; at++) if (json[at] === '\\') at++;
  return at + 1;
}

function endOfValue(json: string, at: number): number {
  for (let depth = 0; at < json.length;) {
    const sign = json[at]!;
    if (sign === '"') at = endOfString(json, at);
    else if (depth === 0 && /[\s,\]}]/.test(sign)) return at;
    else {
      if (sign === '{' || sign === '[') depth++;
      else if (sign === '}' || sign === ']') depth--;
      at++;
    }
    if (depth === 0 && /["}\]]/.test(sign)) return at;
  }
  return at;
}

/**
 * The members of an object, or the items of a list by their number, as the text that they are written in: a reader that makes
 * numbers of them would change those of more than 15 digits. Empty for other values.
 * @param json Valid JSON.
 */
export function partsOf(json: string): Map<string, string> {
  const parts = new Map<string, string>();
  let at = afterSpace(json, 0);
  const isList = json[at] === '[';
  if (!isList && json[at] !== '{') return parts;
  for (at = afterSpace(json, at + 1); at < json.length && json[at] !== '}' && json[at] !== ']';) {
    let name = String(parts.size);
    if (!isList) {
      const end = endOfString(json, at);
      name = JSON.parse(json.slice(at, end)) as string;
      at = afterSpace(json, afterSpace(json, end) + 1);
    }
    const end = endOfValue(json, at);
    parts.set(name, json.slice(at, end));
    at = afterSpace(json, end);
    if (json[at] === ',') at = afterSpace(json, at + 1);
  }
  return parts;
}
