import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

// Where `npm run dev` finds the API.
const server = process.env.SIGHTGLASS_URL ?? 'http://127.0.0.1:5080';

// The framework's live region has a style of its own, which the policy of the server refuses; app.css gives it the same.
const withoutInlineStyle: Plugin = {
  name: 'without-inline-style',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('/generated/root.svelte') ? { code: code.replace(/ style="[^"]*"/, ''), map: null } : null),
};

export default defineConfig({
  plugins: [withoutInlineStyle, tailwindcss(), sveltekit()],
  build: {
    target: 'es2022',
    cssTarget: ['chrome120', 'firefox121', 'safari17.4'],
    rolldownOptions: {
      output: {
        // What every page needs comes in two pieces: many small ones compress badly. What few need stays with those.
        codeSplitting: {
          groups: [
            { name: 'framework', test: /node_modules\/(svelte|@sveltejs|clsx|esm-env)\//, minShareCount: 7 },
            { name: 'shared', test: /dashboard\/src\/(shared|shell)|client\/src\/(api|streaming|overview)/, minShareCount: 5 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true }, '/openapi': server } },
});
