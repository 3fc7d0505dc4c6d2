import { defineConfig } from 'vitest/config';

// What a page is waited for has limits of its own.
const common = { environment: 'node', testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } } as const;

export default defineConfig({
  test: {
    globalSetup: 'harness/table.ts',
    projects: [
      { test: { ...common, name: 'pages', include: ['test/**/*.test.ts'], maxWorkers: 2, isolate: false, sequence: { groupOrder: 0 } } },

      // Behind the others, one at a time: what is measured is not disturbed.
      { test: { ...common, hookTimeout: 120_000, name: 'measures', include: ['measures/**/*.test.ts'], maxWorkers: 1, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
