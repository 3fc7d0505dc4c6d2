import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const pages = ['../../../docs/reference/client.md', '../README.md'].map((path) => readFileSync(at(path), 'utf8'));
const blocks = pages.flatMap((page) => [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({ kind: kind!, text: text! })));
const examples = blocks.filter(({ kind }) => /^tsx?$/.test(kind)).map(({ kind, text }, i) => ({ name: at(`example-${i}.${kind}`), text }));
const markup = blocks.filter(({ kind }) => kind === 'html').map(({ text }) => text);

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

test('Examples of the reference and of the package compile', () => {
  expect(examples).toHaveLength(6);
  expect(problemsOf(examples)).toEqual([]);
});

test('Examples in HTML import what the package gives and name an element and attributes that there are', async () => {
  const { exports } = JSON.parse(readFileSync(at('../package.json'), 'utf8')) as { exports: Record<string, unknown> };
  const { WorkflowExecutionMonitorElement: element } = await import('../src/element.js');
  expect(markup).toHaveLength(2);
  for (const text of markup) {
    expect(Object.keys(exports)).toContain(text.replace(/^.*import '@sightglass\/client([^']*)'.*$/s, '.$1'));
    const [, name, attributes] = /<([a-z]+-[a-z-]+)([^>]*)>/.exec(text)!;
    expect(readFileSync(at('../src/element.ts'), 'utf8')).toContain(`const name = '${name}';`);
    for (const [, attribute] of attributes!.matchAll(/([a-z-]+)=/g)) expect(element.observedAttributes).toContain(attribute);
  }
});

test('An example that is wrong does not compile', () => {
  const wrong = { name: at('example-wrong.ts'), text: "import { createClient } from '@sightglass/client';\nawait createClient().get('/api/dreams');\n" };
  expect(problemsOf([wrong])).not.toEqual([]);
});
