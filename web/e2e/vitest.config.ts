import { defineConfig } from 'vitest/config';

// One browser and one server at a time: what is measured is not disturbed. What a page is waited for has limits of its own.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'harness/table.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: { poll: { timeout: 20_000 } },
  },
});
