/** The headers that say where a stream goes on, as a browser sends them. */
export const goingOn = (lastEventId: string | null): Record<string, string> => (lastEventId ? { 'last-event-id': lastEventId } : {});
