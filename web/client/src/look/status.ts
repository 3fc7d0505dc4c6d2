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
  const time = Math.max(0, milliseconds);
  const minutes = new Date(time).toISOString().slice(14, 19);
  const hours = Math.floor(time / 3_600_000);
  return hours > 0 ? `${hours}:${minutes}` : minutes.replace(/^0/, '');
}
