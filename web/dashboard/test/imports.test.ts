import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { cycleIn } from '../../scripts/cycles.js';

const root = join(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|svelte)$/.test(name)).map((name) => normalize(name).replaceAll('\\', '/'));

/** What may be imported besides files of the dashboard, and by which of them. */
const packages: [name: RegExp, by: RegExp][] = [
  [/^@sightglass\/client(\/(feed|logs|raw))?$/, /./],
  [/^svelte(\/reactivity|\/elements)?$/, /./],
  [/^@(codemirror|lezer)\/[\w-]+$/, /^features\/pipelines\/editor\//],
  [/^\$reference\/pipeline\.schema\.json$/, /^features\/pipelines\/editor\//],
];

// The frame opens these over any page.
const overPages = ['palette', 'notices'];

/** Files and packages that a file imports by whichever words: static and dynamic, of types too, in markup, and those of workers. */
function importsOf(text: string): string[] {
  const atStart = /^\s*(?:import|export)\s(?:[^'"`;=]*\sfrom\s*)?(['"])([^'"\n]+)\1/gm;
  const within = /\b(?:import\s*\(|new URL\(|import\.meta\.glob\()\s*(['"`])([^'"`\n]+)\1/g;
  return [atStart, within].flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[2]!)).filter((name) => !name.includes('*'));
}

/** The file that is meant, or the name where it is a package's. */
function target(file: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const path = normalize(join(dirname(file), name.replace(/\?\w+$/, ''))).replaceAll('\\', '/');
  return files.find((other) => other === path || other === path.replace(/\.js$/, '.ts')) ?? (existsSync(join(root, path)) ? path : `${path} (missing)`);
}

/** Why a file may not import another; null where it may. */
function refusal(file: string, to: string): string | null {
  const [layer, feature] = file.split('/');
  const [other, name] = to.split('/');
  const allowed = () => {
    switch (layer) {
      case 'shared': return other === 'shared';
      case 'features': return other === 'shared' || (other === 'features' && name === feature);
      case 'shell': return other === 'shared' || other === 'shell' || (other === 'features' && overPages.includes(name!));
      case 'routes': return other === 'shared' || other === 'features' || (other === 'routes' && dirname(to) === dirname(file));
      default: return other === 'shared' || other === 'shell' || /\.css$/.test(to);
    }
  };
  const isFile = files.includes(to) || /\.css$/.test(to);
  if (!isFile) return packages.some(([known, by]) => known.test(to) && by.test(file)) ? null : `${file} imports ${to}, which is neither a file nor a package of the list`;
  return allowed() ? null : `${file} imports ${to}`;
}

// A component that shows itself within itself is no cycle.
const graph = new Map(files.map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8')).map((name) => target(file, name)).filter((to) => to !== file)]));

test('A feature imports itself and what is shared, the shell what is shared, and nobody a package that is not listed', () => {
  expect([...graph].flatMap(([file, targets]) => targets.map((to) => refusal(file, to))).filter(Boolean)).toEqual([]);
});

test('No file imports itself through others', () => {
  expect(cycleIn(graph)).toBeNull();
});

test.each([
  ["const { draw } = await import('../gantt/gantt.js');", 'features/graph/x.ts', 'features/gantt/axis.ts'],
  ["{#await import('../../features/graph/Graph.svelte')}", 'shared/ui/X.svelte', 'features/graph/Graph.svelte'],
  ["import Frame from '../shell/Frame.svelte';", 'shared/x.ts', 'shell/Frame.svelte'],
  ["import type { Lodash } from 'lodash';", 'features/graph/x.ts', 'lodash'],
  ["import { EditorView } from '@codemirror/view';", 'features/graph/x.ts', '@codemirror/view'],
  ["import 'left-pad';", 'shell/x.ts', 'left-pad'],
  ["export { draw } from '../../features/graph/paint.js';", 'shell/x.ts', 'features/graph/paint.ts'],
])('Import is found and refused: %s', (text, file, to) => {
  expect(importsOf(text)).toHaveLength(1);
  expect(refusal(file, to)).not.toBeNull();
});
