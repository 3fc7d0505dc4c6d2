/** Outlines on a 16 by 16 grid. Those of what is opened later lie apart, in drawingIcons.ts. */
export const icons = {
  alert: 'M8 5.5v3.25M8 11v.01M7.1 2.6 1.7 12a1 1 0 0 0 .87 1.5h10.86A1 1 0 0 0 14.3 12L8.9 2.6a1 1 0 0 0-1.8 0Z',
  check: 'm3.5 8.5 3 3 6-7',
  chevron: 'm4 6 4 4 4-4',
  close: 'm4 4 8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  gear: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2.5v3h3M8 5v3.2l2.2 1.3',
  home: 'M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z',
  keyboard: 'M1.75 4h12.5v8H1.75zM4.5 6.75h.01M7 6.75h.01M9.5 6.75h.01M12 6.75h-.01M5 9.5h6',
  monitor: 'M1.75 2.75h12.5v8H1.75zM5.5 13.5h5M8 10.75v2.75M4.5 7.5 6 5.5l2 2 1.5-2.5L11.5 7',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  pipeline: 'M2 3.5h4v3H2zM10 3.5h4v3h-4zM6 9.5h4v3H6zM6 5h4M4 6.5V8c0 1.5.5 3 2 3M12 6.5V8c0 1.5-.5 3-2 3',
  play: 'M5 3.5v9l7-4.5z',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 2.5v3h-3',
  running: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.5 5.5v5l4-2.5z',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5l3 3',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  stop: 'M4 4h8v8H4z',
  system: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 4.5h4.8M8 7h5.9M8 9.5h5.8M8 12h4.4',
  user: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 13.75c.5-2.5 2.6-3.75 5.25-3.75s4.75 1.25 5.25 3.75',
  worker: 'M2.5 2.5h11v4h-11zM2.5 9.5h11v4h-11zM5 4.5h.01M5 11.5h.01',
} as const;

/** One of them, or an outline itself. */
export type IconName = keyof typeof icons | `M${string}`;
