import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    conditions: ['browser'],
    alias: {
      '@sightglass/client': fileURLToPath(new URL('../client/src/index.ts', import.meta.url)),
      $lib: fileURLToPath(new URL('src/lib', import.meta.url)),
    },
  },
  test: { include: ['test/**/*.test.ts'], environment: 'happy-dom' },
});
