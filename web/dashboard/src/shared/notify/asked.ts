/** Where it is kept in the browser for what somebody wants to be told. */
export const place = 'sightglass.notify';

/** What the page tells itself when somebody asks to be told, or no longer. */
export const askedEvent = 'sightglass-notify';

/** Whether somebody has asked this browser to be told of an execution. It does without what the telling needs. */
export function hasAsked(): boolean {
  try {
    return /\["/.test(localStorage.getItem(place) ?? '');
  } catch {
    return false;
  }
}
