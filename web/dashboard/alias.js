import { fileURLToPath } from 'node:url';

/** @param {string} path */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where the names lead by which the dashboard imports what lies outside its folder. The more special come first. */
export const alias = {
  $reference: at('../../docs/reference'),
  '@sightglass/client/feed': at('../client/src/feed.ts'),
  '@sightglass/client/logs': at('../client/src/logs.ts'),
  '@sightglass/client/raw': at('../client/src/raw.ts'),
  '@sightglass/client': at('../client/src/index.ts'),
};
