import { vi } from 'vitest';

/** A page that a test hides and shows. */
export function somePage(hidden = false) {
  const events = new EventTarget();
  const page = { hidden };
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  const look = (isHidden: boolean) => () => {
    page.hidden = isHidden;
    events.dispatchEvent(new Event('visibilitychange'));
  };
  return { hide: look(true), show: look(false) };
}
