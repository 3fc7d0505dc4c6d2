import { Shortcuts } from './shortcuts.js';
import type { Scope, Shortcut } from './shortcuts.js';

const shortcuts = new Shortcuts();
let scopes = $state.raw<readonly Scope[]>([]);

/** The page's keys: the frame gives them every press, and shows them where `?` asks. */
export const keys = {
  /** What holds now, the nearest first. */
  get scopes(): readonly Scope[] {
    return scopes.toReversed();
  },

  press: (event: KeyboardEvent): boolean => shortcuts.press(event),
};

/** Adds shortcuts while the component is there that calls this as it is made. */
export function useKeys(name: string, list: () => readonly Shortcut[]): void {
  $effect(() => {
    const remove = shortcuts.add({ name, shortcuts: list() });
    scopes = shortcuts.scopes;
    return () => {
      remove();
      scopes = shortcuts.scopes;
    };
  });
}
