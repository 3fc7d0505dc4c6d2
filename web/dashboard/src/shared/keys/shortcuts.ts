/** What a key does. */
export interface Shortcut {
  /** `j`, `?`, `Ctrl+Enter`, `Escape`, or two keys one after the other: `g p`. */
  keys: string;
  label: string;
  /** Left out where a part of the page takes the key itself while it has the focus, and it is only told of. */
  run?: (event: KeyboardEvent) => void;
  /** Whether it works while one types; without it a field keeps its keys. */
  whileTyping?: boolean;
}

/** Shortcuts that hold while a part of the page is there. */
export interface Scope {
  name: string;
  shortcuts: readonly Shortcut[];
}

/** How long the second key of a pair may take, in milliseconds. */
const pairTime = 1000;

/** Writes a pressed key as shortcuts name it; null for a modifier alone. */
export function nameOf(event: KeyboardEvent): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return null;
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key;

  // A letter's Shift is part of the name, that of a sign (as in ?) is not.
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key));
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'file'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Finds what a pressed key does. The scope that was added last comes first, and a dialog that is open keeps all keys. */
export class Shortcuts {
  #scopes: Scope[] = [];
  #first: { key: string; at: number } | null = null;

  get scopes(): readonly Scope[] {
    return this.#scopes;
  }

  /** Adds a scope until the returned function is called. */
  add(scope: Scope): () => void {
    this.#scopes = [...this.#scopes, scope];
    return () => {
      this.#scopes = this.#scopes.filter((s) => s !== scope);
    };
  }

  /** Does what a key asks for; true where there was something to do. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false;
    const key = nameOf(event);
    if (key === null || document.querySelector('dialog[open]')) return false;
    const typing = isTyping(event.target);
    const first = this.#first && event.timeStamp - this.#first.at < pairTime ? this.#first.key : null;
    this.#first = null;
    const all = this.#scopes.toReversed().flatMap((s) => s.shortcuts).filter((s) => s.run && (!typing || s.whileTyping));
    const found = (first && all.find((s) => s.keys === `${first} ${key}`)) || all.find((s) => s.keys === key);
    if (found) {
      event.preventDefault();
      found.run!(event);
      return true;
    }
    if (all.some((s) => s.keys.startsWith(`${key} `))) this.#first = { key, at: event.timeStamp };
    return false;
  }
}
