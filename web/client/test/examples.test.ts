import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const page = readFileSync(at('../../../docs/reference/client.md'), 'utf8');
const examples = [...page.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, kind, text], i) => ({ name: at(`example-${i}.${kind}`), text: text! }));

/** What the compiler says of sources that exist only here, with the project's own settings. */
function problemsOf(sources: readonly { name: string; text: string }[]): string[] {
  const config = ts.readConfigFile(at('../tsconfig.json'), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, at('..'));
  Object.assign(options, {
    noEmit: true, types: [], noUnusedLocals: false,
    paths: { '@sightglass/client': [at('../src/index.ts')], '@sightglass/client/*': [at('../src/*.ts')] },
  });
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => sources.find((s) => s.name === name)?.text ?? read(name);
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => sources.some((s) => s.name === name) || exists(name);
  const program = ts.createProgram(sources.map((s) => s.name), options, host);
  return sources.flatMap(({ name }) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
  });
}

test('Examples of the reference compile', () => {
  expect(examples).toHaveLength(4);
  expect(problemsOf(examples)).toEqual([]);
});

test('An example that is wrong does not compile', () => {
  const wrong = { name: at('example-wrong.ts'), text: "import { createClient } from '@sightglass/client';\nawait createClient().get('/api/dreams');\n" };
  expect(problemsOf([wrong])).not.toEqual([]);
});
