// Builds the dashboard and packs its files into one, which the server carries: `node web/scripts/build-dashboard.js PACK`.
// Nothing is done where the pack was made of the same sources; builds at the same time wait for each other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { argv, execPath, exit, kill, pid, versions } from 'node:process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { install } from './install.js';

const web = fileURLToPath(new URL('..', import.meta.url));
const dashboard = join(web, 'dashboard');

/** How long another build is waited for, and how long one may take, in milliseconds. */
const patience = 600_000;

/** What the dashboard is made of; Dashboard.targets, which says when to look here, names the same. */
const sources = ['package.json', 'package-lock.json', 'scripts', '../docs/reference/pipeline.schema.json', 'client/package.json', 'client/src', 'dashboard'];

// Types that are generated of the API are gone once TypeScript has been read.
const others = new Set(['client/src/generated', 'dashboard/dist', 'dashboard/test', 'dashboard/node_modules'].map((name) => join(web, name)));

function* filesOf(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    if (existsSync(path)) yield path;
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (others.has(inner)) continue;
    if (entry.isDirectory()) yield* filesOf(inner);
    else yield inner;
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of filesOf(join(web, source))) hash.update(relative(web, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const isAlive = (process) => {
  try {
    return kill(process, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Waits until no other process builds; gives what lets the next one in. */
async function takeTurn(lock) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      writeFileSync(lock, String(pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let holder = '';
    try {
      holder = readFileSync(lock, 'utf8');
    } catch {
      continue;
    }
    if (holder && !isAlive(Number(holder))) rmSync(lock, { force: true });
    else if (Date.now() > end) throw new Error(`Another build (process ${holder}) has held ${lock} for ten minutes; end it, or delete that file.`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

/** Gives a file as it is, and compressed where that saves something. */
function* variantsOf(path, content) {
  yield { path, content };
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  if (brotli.length < content.length) yield { path: `${path}.br`, content: brotli };
  const gzip = gzipSync(content, { level: 9 });
  if (gzip.length < content.length) yield { path: `${path}.gz`, content: gzip };
}

/** Writes all files as one: the length of the list in four bytes, the list as JSON (path and length of each), the files. */
function pack(folder, target) {
  const files = [...filesOf(folder)].flatMap((file) => [...variantsOf(relative(folder, file).split(sep).join('/'), readFileSync(file))]);
  const list = Buffer.from(JSON.stringify(files.map(({ path, content }) => [path, content.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  writeFileSync(`${target}.new`, Buffer.concat([length, list, ...files.map((f) => f.content)]));
  renameSync(`${target}.new`, target);
}

async function build(target) {
  const [major, minor] = versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) return `Node.js ${versions.node} is too old: the dashboard is built by 20.19 or later.`;
  mkdirSync(dirname(target), { recursive: true });
  const done = await takeTurn(`${target}.lock`);
  try {
    const hash = hashOfSources();
    if (existsSync(target) && existsSync(`${target}.sources`) && readFileSync(`${target}.sources`, 'utf8') === hash) return null;
    const problem = install();
    if (problem) return problem;
    const vite = spawnSync(execPath, [join(web, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: dashboard, encoding: 'utf8', timeout: patience });
    if (vite.status !== 0) return `The dashboard could not be built (vite build in ${dashboard}):\n${[vite.error?.message, vite.stdout, vite.stderr].join('').replace(/^ +at .*\n/gm, '')}`;

    // Whoever is ended in between leaves no pack that passes for one of other sources.
    rmSync(`${target}.sources`, { force: true });
    pack(join(dashboard, 'dist'), target);
    writeFileSync(`${target}.sources`, hash);
    return null;
  } finally {
    done();
  }
}

if (!argv[2]) {
  console.error('Say where the pack is to be written: node web/scripts/build-dashboard.js PACK');
  exit(2);
}
const problem = await build(resolve(argv[2]));
if (problem) console.error(problem);
exit(problem ? 1 : 0);
