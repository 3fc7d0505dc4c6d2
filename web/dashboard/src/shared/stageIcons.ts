// Drawn on a square of 16, as lines: the same path stands in an SVG element and on a canvas.
const round = 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13z';

const icons: Record<string, string> = {
  agent: 'M8 1.5v2M4 3.5h8A1.5 1.5 0 0 1 13.5 5v6a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 11V5A1.5 1.5 0 0 1 4 3.5zM5.75 6.75v1.5M10.25 6.75v1.5M6 10.25h4M.75 7v2M15.25 7v2M5 12.5v2M11 12.5v2',
  shell: 'M3 2.5h10A1.5 1.5 0 0 1 14.5 4v8a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 12V4A1.5 1.5 0 0 1 3 2.5zM4.5 6l2 2-2 2M8.5 10.5h3',
  http: `${round}M1.5 8h13M8 1.5c2 2 2.75 4.25 2.75 6.5S10 12.5 8 14.5C6 12.5 5.25 10.25 5.25 8S6 3.5 8 1.5z`,
  data: 'M8 3.75a4.25 4.25 0 1 0 0 8.5a4.25 4.25 0 1 0 0-8.5zM8 6.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3zM8 1.25v2.5M8 12.25v2.5M1.25 8h2.5M12.25 8h2.5M3.25 3.25L5 5M11 11l1.75 1.75M3.25 12.75L5 11M11 5l1.75-1.75',
  branch: 'M8 1.5L14.5 8L8 14.5L1.5 8z',
  wait: `${round}M8 4.5V8l2.5 1.75`,
  code: 'M5 4L1.5 8L5 12M11 4l3.5 4L11 12M9.25 2.5l-2.5 11',
  pipeline: 'M2 2.5h4v4H2zM10 9.5h4v4h-4zM6 4.5h4.5A1.5 1.5 0 0 1 12 6v3.5',
  trigger: 'M9 1.5L3 9h4.25L6.5 14.5L13 7H8.75z',
};

const box = 'M8 1.5l5.75 3.25v6.5L8 14.5l-5.75-3.25v-6.5zM2.25 4.75L8 8l5.75-3.25M8 8v6.5';

/** The icon of a type of stage, as the `d` of a path that is stroked; one that this dashboard does not know gets a box. */
export const stageIcon = (type: string): string => (Object.hasOwn(icons, type) ? icons[type]! : box);
