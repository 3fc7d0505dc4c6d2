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
  build: { target: 'es2022' },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true }, '/openapi': server } },
});
