import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name)).map(normalize);

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(root + file, 'utf8')).importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)).replace(/\.js$/, ''))
    .map((name) => files.find((other) => other.replace(/\.tsx?$/, '') === name) ?? `${name} (missing, from ${file})`);
}

/** Gives the first way from a file back to itself. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string | null {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return null;
}

test('No file imports itself through others', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().filter((name) => name.includes('missing'))).toEqual([]);
  expect(cycleIn(graph)).toBeNull();
});

test('A cycle is found when there is one', () => {
  expect(cycleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toBe('b -> c -> b');
});
