import type { IconName } from './icons.js';

/** One line of a menu: a link or something to do. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  href?: string;
  run?: () => void;
  /** Why it cannot be used now. */
  disabled?: string;
  /** Whether it destroys something. */
  danger?: boolean;
  /** Whether it is the chosen one of several. */
  checked?: boolean;
}

/** Finds the next item that begins with a letter, from the one after the current. */
export function itemBeginning(items: readonly MenuItem[], letter: string, current: number): number {
  const wanted = letter.toLowerCase();
  for (let i = 1; i <= items.length; i++) {
    const at = (current + i) % items.length;
    if (items[at]!.label.toLowerCase().startsWith(wanted)) return at;
  }
  return current;
}
