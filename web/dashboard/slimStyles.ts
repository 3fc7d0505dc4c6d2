import type { Plugin } from 'vite';

const beginning = '@layer properties{@supports';

// A property that Tailwind's utilities hand to each other, with what it is where nothing sets it.
const registered = /@property (--tw-[\w-]+)\{syntax:"[^"]*";inherits:false(?:;initial-value:([^}]*))?\}/g;

// What nothing is set to here, and what nothing reads.
const left = /(?:0 0 #0000, ?)+(?=var\(--tw-shadow\))|(?:,--tw-gradient-\w+)+|--lightningcss-\w+:[^;]*;/g;

/**
 * Leaves out of the styles what Tailwind writes for browsers without `@property`, which are older than `cssTarget` says, and
 * for utilities that nothing here uses: half of what shadows, numerals and moves are made of. The build fails where others
 * use those properties.
 */
export function slimStyles(): Plugin {
  return {
    name: 'slim-styles',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      let isFound = false;
      const others: string[] = [];
      for (const file of Object.values(bundle)) {
        const text = file.type === 'chunk' ? file.code : file.fileName.endsWith('.css') ? String(file.source) : '';
        const from = file.type === 'chunk' ? -1 : text.indexOf(beginning);
        if (from < 0 && /--(?:tw|lightningcss)-/.test(text)) others.push(file.fileName);
        if (from < 0 || file.type === 'chunk') continue;
        file.source = withoutUnset(text.slice(0, from) + text.slice(endOfBlock(text, from)));
        isFound = true;
      }
      if (!isFound) this.error(`No styles say ${beginning} any more. See what Tailwind writes now, and mend slimStyles.ts.`);
      if (others.length > 0) this.error(`${others.join(', ')} use properties of Tailwind's utilities, which slimStyles.ts may leave out.`);
    },
  };
}

function endOfBlock(text: string, from: number): number {
  let end = text.indexOf('{', from) + 1;
  for (let depth = 1; depth > 0 && end < text.length; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
  return end;
}

/** Puts in place of each property that no utility sets what it is then, and leaves out those that none reads. */
function withoutUnset(text: string): string {
  const initial = new Map([...text.matchAll(registered)].map(([, name, value]) => [name!, value]));
  const rules = text.replace(registered, '');
  const set = new Set([...rules.matchAll(/(?<=[{;])(--tw-[\w-]+):/g)].map(([, name]) => name!));
  let slim = '';
  let at = 0;
  for (let next = rules.indexOf('var(--tw-'); next >= 0; next = rules.indexOf('var(--tw-', at)) {
    const name = /--[\w-]+/.exec(rules.slice(next))![0];
    const behind = next + 'var('.length + name.length;
    slim += rules.slice(at, next);
    at = behind;
    if (set.has(name)) {
      slim += `var(${name}`;
      continue;
    }
    let end = behind;
    for (let depth = 1; depth > 0; end++) depth += rules[end] === '(' ? 1 : rules[end] === ')' ? -1 : 0;
    const fallback = rules.slice(behind + 1, end - 1);
    slim += initial.get(name) ?? (fallback.includes('var(--tw-') ? withoutUnset(fallback) : fallback);
    at = end;
  }
  slim = (slim + rules.slice(at)).replace(left, '');
  const read = (name: string) => slim.includes(`var(${name})`) || slim.includes(`var(${name},`);
  slim = slim.replace(/(?<=[{;])(--tw-[\w-]+):[^;}]*;/g, (declaration, name: string) => (read(name) ? declaration : ''));
  for (const [rule, name] of text.matchAll(registered)) if (set.has(name!) && read(name!)) slim += rule;
  return slim;
}
