// Writes the plain page's fold.js from the fold of this package, so that there is one. A test holds the file to it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export const pageFold = at('../../../src/Sightglass.Server/Page/files/fold.js');

/** Gives the text that the page's file has to have. */
export async function buildPageFold() {
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: at('../src/fold/index.ts'), formats: ['es'], fileName: 'fold' },
    },
  }).then((built) => (Array.isArray(built) ? built[0] : built));
  const note = '// Built from web/client/src/fold by `npm run page-fold` there: change that, not this.\n';
  return note + output[0].code;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(pageFold, await buildPageFold());
