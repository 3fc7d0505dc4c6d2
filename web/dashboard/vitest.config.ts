import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { alias } from './alias.js';

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ['browser'], alias },
  test: { include: ['test/**/*.test.ts'], environment: 'happy-dom', testTimeout: 60_000 },
});
