export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'success' | 'failed';
}

const limit = 4;
const shownFor = 6000;
const announceEvery = 1500;

let toasts = $state.raw<readonly Toast[]>([]);
let announced = $state.raw('');
let next = 0;
let waiting: string | null = null;
let isPassing = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function announceNow(): void {
  timer = undefined;
  if (waiting === null) return;
  announced = waiting;
  waiting = null;
  timer = setTimeout(announceNow, announceEvery);
}

/** Short words at the edge of the page. What failed stays until it is closed; everything else goes by itself. */
export const notices = {
  get toasts(): readonly Toast[] {
    return toasts;
  },

  /** What screen readers are told. */
  get announced(): string {
    return announced;
  },

  /** Shows a toast, which screen readers read as well. */
  show(text: string, options: { tone?: Toast['tone'] } = {}): void {
    const toast: Toast = { id: next++, text, tone: options.tone ?? 'plain' };
    toasts = [...toasts, toast].slice(-limit);
    notices.announce(text);
    if (toast.tone !== 'failed') setTimeout(() => notices.close(toast.id), shownFor);
  },

  close(id: number): void {
    toasts = toasts.filter((t) => t.id !== id);
  },

  /**
   * Tells screen readers something, at most every 1.5 seconds: of what comes faster only the last is read. What passes, such as
   * a count, does not take the place of anything else.
   */
  announce(text: string, passes = false): void {
    if (passes && waiting !== null && !isPassing) return;
    waiting = text;
    isPassing = passes;
    if (timer === undefined) announceNow();
  },
};
