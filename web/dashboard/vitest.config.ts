import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    conditions: ['browser'],
    alias: {
      '@sightglass/client/feed': fileURLToPath(new URL('../client/src/feed.ts', import.meta.url)),
      '@sightglass/client/logs': fileURLToPath(new URL('../client/src/logs.ts', import.meta.url)),
      '@sightglass/client/raw': fileURLToPath(new URL('../client/src/raw.ts', import.meta.url)),
      '@sightglass/client': fileURLToPath(new URL('../client/src/index.ts', import.meta.url)),
      $lib: fileURLToPath(new URL('src/lib', import.meta.url)),
    },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'happy-dom' },
});
