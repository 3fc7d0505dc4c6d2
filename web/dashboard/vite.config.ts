import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { alias } from './alias.js';
import { slimSvelte } from './slimSvelte.js';

// Where `npm run dev` finds the API.
const server = process.env.SIGHTGLASS_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [slimSvelte(), tailwindcss(), svelte()],
  resolve: { alias },
  build: {
    target: 'es2022',
    cssTarget: ['chrome120', 'firefox121', 'safari17.4'],
    // What lies there has its hash in its name, and is kept by browsers for ever.
    assetsDir: '_app/immutable',
    rolldownOptions: {
      output: {
        // What every page needs comes in two pieces: many small ones compress badly. What few need stays with those.
        codeSplitting: {
          groups: [
            { name: 'framework', test: /node_modules\/(svelte|clsx|esm-env)\//, minShareCount: 7 },
            { name: 'shared', test: /dashboard\/src\/(shared|shell)|client\/src\/(api|streaming|overview)/, minShareCount: 5 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true }, '/openapi': server } },
});
