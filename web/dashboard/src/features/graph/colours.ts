const names = [
  'canvas', 'surface', 'sunken', 'line', 'line-strong', 'ink', 'ink-soft', 'ink-faint', 'accent', 'accent-soft', 'focus',
  'queued', 'running', 'success', 'failed', 'waiting', 'blocked', 'cancelled',
  'queued-ink', 'running-ink', 'success-ink', 'failed-ink', 'waiting-ink', 'blocked-ink', 'cancelled-ink',
  'queued-on', 'running-on', 'success-on', 'failed-on', 'waiting-on', 'blocked-on', 'cancelled-on',
] as const;

/** The tokens of app.css as values, for what is drawn without CSS. */
export type Colours = Record<(typeof names)[number], string>;

/** Reads the colours of the theme that holds now. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || '#888888'])) as Colours;
}

/** Calls back when the theme changes, until the returned function is called. */
export function onTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
