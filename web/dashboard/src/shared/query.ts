/** So many characters of a value in an address count; nobody writes a longer one by hand. */
export const longestValue = 200;

/** Sets parts of a query, each to one value or to several; those without are left out, what others wrote there stays. */
export function withParts(query: string, parts: Record<string, string | number | null | readonly string[]>): string {
  const next = new URLSearchParams(query);
  for (const [name, values] of Object.entries(parts)) {
    next.delete(name);
    for (const value of [values].flat()) if (value) next.append(name, String(value));
  }
  return next.toString();
}
