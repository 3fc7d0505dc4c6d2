import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { cycleIn } from '../../scripts/cycles.js';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name)).map(normalize);

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(root + file, 'utf8')).importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)).replace(/\.js$/, ''))
    .map((name) => files.find((other) => other.replace(/\.tsx?$/, '') === name) ?? `${name} (missing, from ${file})`);
}

test('No file imports itself through others', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().filter((name) => name.includes('missing'))).toEqual([]);
  expect(cycleIn(graph)).toBeNull();
});

test('A cycle is found when there is one', () => {
  expect(cycleIn(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toBe('b -> c -> b');
});
