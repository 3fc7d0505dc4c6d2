/** Whether nobody can see the page; a program without one is always seen. */
export const isHidden = (): boolean => Boolean(globalThis.document?.hidden);

/**
 * Calls when it is no longer as it is, until the signal: nobody sees the page for five seconds, or somebody sees it again. A
 * browser opens six connections to one server: a page that nobody sees leaves its own to the others, and who only looks at
 * another one costs it nothing.
 */
export function whenSeenOtherwise(call: () => void, signal: AbortSignal): void {
  const wasHidden = isHidden();
  let timer: ReturnType<typeof setTimeout> | undefined;
  globalThis.addEventListener?.('visibilitychange', () => {
    clearTimeout(timer);
    if (isHidden() !== wasHidden) timer = setTimeout(() => signal.aborted || call(), wasHidden ? 0 : 5000);
  }, { signal });
}
