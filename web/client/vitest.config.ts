import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'pure', include: ['test/**/*.test.{ts,tsx}'], exclude: ['test/browser/**'], environment: 'node', testTimeout: 60_000 } },
      // A browser, a server and their pages: what they wait for has limits of its own.
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, expect: { poll: { timeout: 20_000 } } } },
    ],
  },
});
