import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    sourcemap: true,
    lib: {
      entry: { index: 'src/index.ts', feed: 'src/feed.ts', logs: 'src/logs.ts', raw: 'src/raw.ts', react: 'src/react.ts', element: 'src/element.ts' },
      formats: ['es'],
    },
    rolldownOptions: {
      external: ['react', 'react/jsx-runtime'],

      // Frameworks that draw components on a server leave those of this entry to the browser.
      output: { banner: (chunk) => (chunk.name === 'react' ? "'use client';" : '') },
    },
  },
});
