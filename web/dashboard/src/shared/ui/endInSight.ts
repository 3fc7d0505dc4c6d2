/** How far above the end what scrolls still counts as being there, in pixels. */
const near = 24;

/** Whether the end of what scrolls is in sight, so that what comes is followed; so it is where nothing scrolls yet. */
export const isEndInSight = (box: HTMLElement | null): boolean => !box || box.scrollHeight - box.scrollTop - box.clientHeight < near;
