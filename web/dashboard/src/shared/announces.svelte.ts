import { notices } from './toasts.svelte.js';

/**
 * Tells screen readers a text whenever it has become another one, as seldom as all of the page's; what it is at first they read
 * where it stands. Call it while a component is made, in place of a live region, which is read as often as it changes.
 */
export function announces(text: () => string): void {
  let before: string | null = null;
  $effect(() => {
    const now = text();
    if (before !== null && now && now !== before) notices.announce(now, true);
    before = now;
  });
}
