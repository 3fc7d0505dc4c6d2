import type { Plugin } from 'vite';

const beginning = '@layer properties{@supports';

/** Leaves out of the styles what Tailwind writes for browsers without `@property`, which are older than `cssTarget` says. */
export function slimStyles(): Plugin {
  return {
    name: 'slim-styles',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      let isFound = false;
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        const text = String(file.source);
        const from = text.indexOf(beginning);
        if (from < 0) continue;
        let end = text.indexOf('{', from) + 1;
        for (let depth = 1; depth > 0 && end < text.length; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
        file.source = text.slice(0, from) + text.slice(end);
        isFound = true;
      }
      if (!isFound) this.error(`No styles say ${beginning} any more. See what Tailwind writes now, and mend slimStyles.ts.`);
    },
  };
}
