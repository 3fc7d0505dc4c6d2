// Installs the packages of the workspace where they are not those of the lock file: `node web/scripts/install.js`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { argv, execPath, exit, platform } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));

const readPackages = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
};

/** Tells whether what is installed is what the lock file says, whenever it was installed and wherever it was copied from. Links between the workspaces do not count. */
export function isInstalled(folder = web) {
  const installed = readPackages(`${folder}/node_modules/.package-lock.json`);
  return Object.entries(readPackages(`${folder}/package-lock.json`)).every(([path, { version, link, optional }]) =>
    !path.startsWith('node_modules/') || link || (optional && !installed[path]) || installed[path]?.version === version);
}

/** Installs where it is needed; gives what went wrong, or null. */
export function install() {
  if (isInstalled()) return null;
  const npm = platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: web, encoding: 'utf8', shell: platform === 'win32', timeout: 600_000 });
  if (done.error?.code === 'ENOENT') return `npm is missing beside Node.js (${execPath}); install it.`;
  return done.status === 0 ? null : `npm ci failed in ${web}:\n${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`;
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const problem = install();
  if (problem) console.error(problem);
  exit(problem ? 1 : 0);
}
