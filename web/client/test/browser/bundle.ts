import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the page that the browser runs, with React and the pieces under test in one script. */
export async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL('./pages/page.tsx', import.meta.url)), formats: ['es'], fileName: 'page' },
    },
  });
  const [first] = [built].flat();
  if (!first || !('output' in first)) throw new Error('The page was not built.');
  return first.output[0].code;
}

export const pageHtml = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title><link rel="stylesheet" href="/page.css"><script type="module" src="/page.js"></script></head><body><main><h1>Test</h1><div id="root"></div></main></body></html>';

// The page decides the colour scheme; the pieces follow.
export const pageCss = ':root{color-scheme:light dark}';
