export { durationText, lookOf, wordOf } from './status.js';
export type { StatusLook } from './status.js';
export { adoptStyle } from './style.js';
