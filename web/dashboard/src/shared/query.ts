/** So many characters of a value in an address count; nobody writes a longer one by hand. */
export const longestValue = 200;

/** Sets parts of a query, each to one value, where it stands already, or to several; those without are left out, what others wrote stays. */
export function withParts(query: string, parts: Record<string, string | number | null | readonly string[]>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parts)) {
    if (value && !Array.isArray(value)) next.set(name, String(value));
    else {
      next.delete(name);
      for (const one of (value || []) as readonly string[]) if (one) next.append(name, one);
    }
  }
  return next.toString();
}
