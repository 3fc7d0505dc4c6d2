/** How a monitor shows a status. */
export interface StatusLook {
  kind: 'pending' | 'running' | 'completed' | 'failed';
  icon: string;
}

const icons = { pending: '⏳', running: '🔄', completed: '✅', failed: '❌' } as const;

/** A monitor knows four; the others are shown as one of them, under their own name. */
export function lookOf(status: string): StatusLook {
  const kind = /^(running|paused|blocked)$/.test(status) ? 'running'
    : /^(completed|skipped)$/.test(status) ? 'completed'
    : /^(failed|cancelled)$/.test(status) ? 'failed' : 'pending';
  return { kind, icon: icons[kind] };
}

/** Writes a status as a word at the start of a line. */
export const wordOf = (status: string): string => status.charAt(0).toUpperCase() + status.slice(1);

/** Writes milliseconds as `1:02:03` or `2:03`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
