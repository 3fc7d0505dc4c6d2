export type ThemeChoice = 'light' | 'dark' | 'system';

// The script in app.html reads the same key, before anything is painted.
const key = 'sightglass.theme';

const isChoice = (value: unknown): value is ThemeChoice => value === 'light' || value === 'dark' || value === 'system';

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(key);
    return isChoice(value) ? value : 'system';
  } catch {
    return 'system';
  }
}

let choice = $state.raw<ThemeChoice>(stored());
const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function apply(): void {
  document.documentElement.dataset['theme'] = choice === 'system' ? (dark?.matches ? 'dark' : 'light') : choice;
}

/** Light or dark: what the reader chose, or what the system says. */
export const theme = {
  get choice(): ThemeChoice {
    return choice;
  },

  choose(next: ThemeChoice): void {
    choice = next;
    try {
      localStorage.setItem(key, next);
    } catch {
      // Where nothing may be stored the choice holds until the page is closed.
    }
    apply();
  },

  /** Follows the system and the other tabs until the returned function is called. */
  follow(): () => void {
    const heard = (event: StorageEvent) => {
      if (event.key !== key) return;
      choice = stored();
      apply();
    };
    apply();
    dark?.addEventListener('change', apply);
    addEventListener('storage', heard);
    return () => {
      dark?.removeEventListener('change', apply);
      removeEventListener('storage', heard);
    };
  },
};
