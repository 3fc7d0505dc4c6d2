const chunk = 256;

/** How many rows lines take that are broken; those that nobody has seen count as one. */
export class LineHeights {
  readonly #rows = new Map<number, Uint16Array>();
  readonly #extra = new Map<number, number>();

  /** Notes how many rows a line takes; tells whether that is new. */
  set(index: number, rows: number): boolean {
    const place = Math.floor(index / chunk);
    let known = this.#rows.get(place);
    const more = Math.min(0xffff, Math.max(1, rows)) - 1;
    if (!known) {
      if (more === 0) return false;
      this.#rows.set(place, (known = new Uint16Array(chunk)));
    }
    const before = known[index % chunk]!;
    if (before === more) return false;
    known[index % chunk] = more;
    this.#extra.set(place, (this.#extra.get(place) ?? 0) + more - before);
    return true;
  }

  rowsOf(index: number): number {
    return 1 + (this.#rows.get(Math.floor(index / chunk))?.[index % chunk] ?? 0);
  }

  /** How many rows stand before a line. */
  before(index: number): number {
    const place = Math.floor(index / chunk);
    let rows = index;
    for (const [at, extra] of this.#extra) if (at < place) rows += extra;
    const known = this.#rows.get(place);
    if (known) for (let i = 0; i < index % chunk; i++) rows += known[i]!;
    return rows;
  }

  /** The line that a row belongs to. */
  at(row: number): number {
    let start = 0;
    for (const place of [...this.#extra.keys()].sort((a, b) => a - b)) {
      const begin = place * chunk;
      if (row < start + begin) break;
      const known = this.#rows.get(place)!;
      const rows = chunk + this.#extra.get(place)!;
      if (row >= start + begin + rows) {
        start += rows - chunk;
        continue;
      }
      let left = row - start - begin;
      for (let i = 0; i < chunk; i++) {
        left -= 1 + known[i]!;
        if (left < 0) return begin + i;
      }
    }
    return row - start;
  }

  clear(): void {
    this.#rows.clear();
    this.#extra.clear();
  }
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
const none = /[\p{M}\u200d]/gu;

/** About how many columns of a fixed width a text takes; what is drawn may differ, and is measured. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const part of text.split(/(\t)/)) columns += part === '\t' ? 4 - (columns % 4) : [...part].length + (part.match(wide)?.length ?? 0) - (part.match(none)?.length ?? 0);
  return columns;
}
