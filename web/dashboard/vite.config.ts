import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

// Where `npm run dev` finds the API.
const server = process.env.SIGHTGLASS_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [tailwindcss(), sveltekit()],
  build: { target: 'es2022' },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true }, '/openapi': server } },
});
