import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: true },
  kit: {
    // One page that the server gives for every address of the dashboard; what an address shows is decided in the browser.
    adapter: adapter({ pages: 'dist', fallback: 'index.html', precompress: true }),
    alias: {
      $reference: '../../docs/reference',
      '@sightglass/client/feed': '../client/src/feed.ts',
      '@sightglass/client/logs': '../client/src/logs.ts',
      '@sightglass/client/raw': '../client/src/raw.ts',
      '@sightglass/client': '../client/src/index.ts',
    },
  },
};
