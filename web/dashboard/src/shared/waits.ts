const waits: Record<string, string> = { timer: 'a time', event: 'an event', approval: 'approval', breakpoint: 'a person, at a breakpoint', retry: 'the next try', group: 'a slot of its group', child: 'its child', condition: 'a condition', trigger: 'its trigger' };

/** What a stage waits for, in words; what this dashboard does not know as it is. */
export const waitedFor = (what: string): string => (Object.hasOwn(waits, what) ? waits[what]! : what);
