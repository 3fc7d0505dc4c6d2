import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { alias } from './alias.js';
import { slimPreload } from './slimPreload.js';
import { slimStyles } from './slimStyles.js';
import { slimSvelte } from './slimSvelte.js';

// Where `npm run dev` finds the API.
const server = process.env.SIGHTGLASS_URL ?? 'http://127.0.0.1:5080';

export default defineConfig({
  plugins: [slimPreload(), slimSvelte(), tailwindcss(), slimStyles(), svelte()],
  resolve: { alias },
  build: {
    target: 'es2022',
    // What a piece needs beside its own file it needs rarely, and every page would pay for a list of it.
    modulePreload: false,
    cssTarget: ['chrome120', 'firefox128', 'safari17.4'],
    // What lies there has its hash in its name, and is kept by browsers for ever.
    assetsDir: '_app/immutable',
    rolldownOptions: {
      output: {
        // What all pages need comes in one piece, since many small ones compress badly; what few need, and what is opened, stays apart.
        codeSplitting: {
          groups: [{
            name: 'shell',
            test: /node_modules\/(svelte|clsx|esm-env)\/|dashboard\/src\/(main|shell\/(?!NotShown|Away|BottomBar)|shared\/(?!content|download|lines\/|notify\/opt|terminal|waits|executions\/(again|fresh|jsonText|plan|start|Waiting)|.*(Dialog|ExecutionTable|Field|focusKeeper|KeysHelp|drawingIcons|stageKeys|MenuList|Toasts|NotShown|Duration|announces|menu|cut|copyBySelection)\.))/,
          }],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true }, '/openapi': server } },
});
