// Builds each entry by itself, as a page that uses only this one gets it (without comments), and fails where one is larger than its budget.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { existsSync } from 'node:fs';
import { build } from 'vite';

const budget = 6 * 1024;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Gives the bytes of an entry with everything of ours that it needs, minified and gzipped. */
export async function sizeOf(entry) {
  const built = await build({
    configFile: false,
    root: at('..'),
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: 'entry' },
      rolldownOptions: { external: ['react', 'react/jsx-runtime'], output: { codeSplitting: false, minify: true, comments: false } },
    },
  });
  const files = (Array.isArray(built) ? built : [built]).flatMap(({ output }) => output);
  const code = files.map((file) => ('code' in file ? file.code : file.source)).join('');
  const foreign = files.flatMap((file) => ('imports' in file ? [...file.imports] : [])).filter((name) => !/^react(\/jsx-runtime)?$/.test(name));
  if (foreign.length > 0) throw new Error(`${entry} needs ${foreign.join(', ')} at run time`);
  if (Object.values(files).some((file) => 'modules' in file && Object.keys(file.modules).some((name) => name.includes('node_modules'))))
    throw new Error(`${entry} has code of another package in it`);
  return gzipSync(code, { level: 9 }).length;
}

let isOver = false;
for (const name of ['index.ts', 'feed.ts', 'logs.ts', 'raw.ts', 'react.ts', 'element.ts']) {
  const entry = at(`../src/${name}`);
  if (!existsSync(entry)) throw new Error(`${name} is missing`);
  const size = await sizeOf(entry);
  const verdict = size <= budget ? 'ok' : 'TOO LARGE';
  isOver ||= size > budget;
  console.log(`${name.padEnd(12)} ${String(size).padStart(6)} of ${budget} bytes gzipped  ${verdict}`);
}
if (isOver) process.exitCode = 1;
