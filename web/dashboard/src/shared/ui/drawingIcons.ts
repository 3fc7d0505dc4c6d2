/** Outlines on a 16 by 16 grid that only drawings of stages show. */
export const drawingIcons = {
  download: 'M8 2.5v7.5M4.75 7 8 10.25 11.25 7M2.5 13.5h11',
  fit: 'M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  minus: 'M3.5 8h9',
  plus: 'M8 3.5v9M3.5 8h9',
} as const;
