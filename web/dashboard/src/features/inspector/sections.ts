const storedAs = 'sightglass.inspector';

const openAtFirst: readonly string[] = ['status', 'output', 'error', 'logs', 'triggers'];

/** Which sections are open: as the reader left them. */
export class Sections {
  readonly #other: Set<string>;

  constructor() {
    let stored: unknown = null;
    try {
      stored = JSON.parse(localStorage.getItem(storedAs) ?? 'null');
    } catch {
      // Nothing is stored, or nothing that can be read.
    }
    this.#other = new Set(Array.isArray(stored) ? stored.filter((key) => typeof key === 'string') : []);
  }

  isOpen(key: string): boolean {
    return openAtFirst.includes(key) !== this.#other.has(key);
  }

  set(key: string, isOpen: boolean): void {
    if (openAtFirst.includes(key) === isOpen) this.#other.delete(key);
    else this.#other.add(key);
    try {
      localStorage.setItem(storedAs, JSON.stringify([...this.#other]));
    } catch {
      // It holds until the page is closed.
    }
  }
}
