import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { exports } = JSON.parse(readFileSync(at('../package.json'), 'utf8')) as { exports: Record<string, { types: string; default: string } | string> };
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry]));
const sources = entries.map((entry) => at(`..${entry.default.slice(1)}`).replace('/dist/', '/src/').replace(/js$/, 'ts'));

/** What is exported, and each member of it that is written here, without a word on what it is. */
function unexplained(names: readonly string[]): string[] {
  const config = ts.readConfigFile(at('../tsconfig.json'), ts.sys.readFile).config as object;
  const program = ts.createProgram(names, ts.parseJsonConfigFileContent(config, ts.sys, at('..')).options);
  const checker = program.getTypeChecker();
  const explains = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;
  const found = new Set<string>();
  for (const name of names) {
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(name)!)!)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declaration = symbol.declarations![0]!;
      if (declaration.getSourceFile().fileName.includes('/generated/')) continue;
      if (!explains(symbol)) found.add(symbol.name);
      if (!ts.isInterfaceDeclaration(declaration)) continue;
      for (const member of declaration.members) {
        const part = member.name && checker.getSymbolAtLocation(member.name);
        if (part && !explains(part)) found.add(`${symbol.name}.${part.name}`);
      }
    }
  }
  return [...found];
}

test('Everything that the package gives says what it is', () => {
  expect(sources).toHaveLength(6);
  expect(unexplained(sources)).toEqual([]);
});

test('Every entry can be imported where there is no page', async () => {
  const loaded = await Promise.all(sources.map((source) => import(source) as Promise<object>));
  expect(loaded.every((entry) => Object.keys(entry).length > 0)).toBe(true);
});
