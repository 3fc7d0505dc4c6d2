import { notices } from '../toasts.svelte.js';
import { askedEvent, place } from './asked.js';
import { readOptIns, toggled } from './optIns.js';
import type { OptIns } from './optIns.js';

const stored = () => {
  try {
    return readOptIns(localStorage.getItem(place));
  } catch {
    return readOptIns(null);
  }
};

let value = $state.raw<OptIns>(stored());

// Another tab may have changed it.
addEventListener('storage', ({ key }) => {
  if (key === place || key === null) value = stored();
});

/** For what somebody wants to be told in this browser, in all its tabs. */
export const optIns = {
  get value(): OptIns {
    return value;
  },

  /** Begins to tell, after the browser was asked whether it may, or ends it. */
  async toggle(kind: keyof OptIns, id: string): Promise<void> {
    if (!stored()[kind].includes(id)) {
      const permission = globalThis.Notification ? await Notification.requestPermission() : 'denied';
      if (permission !== 'granted') return notices.show('This browser lets the page show no notifications. Allow them for this site in its settings.', { tone: 'failed' });
    }
    value = toggled(stored(), kind, id);
    try {
      localStorage.setItem(place, JSON.stringify(value));
    } catch {
      notices.show('This browser keeps nothing for the page, so that notifications cannot be remembered.', { tone: 'failed' });
    }
    dispatchEvent(new Event(askedEvent));
  },
};
