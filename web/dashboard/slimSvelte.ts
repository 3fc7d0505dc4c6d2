import type { Plugin } from 'vite';

/** A text that stands exactly once in a module of Svelte, and what it becomes. */
type Edit = readonly [text: string, becomes: string];

const isOff = (flag: string): Edit => [`export let ${flag} = false;`, `export const ${flag} = false;`];
const withoutSetting = (flag: string, to: string): Edit => [`\t${flag} = ${to};\n`, ''];

// By the end of a module's address.
const edits: Readonly<Record<string, readonly Edit[]>> = {
  // Pages are mounted, never taken over from what a server has drawn.
  '/internal/client/dom/hydration.js': [isOff('hydrating'), withoutSetting('hydrating', 'value')],

  // Every component is in runes mode (svelte.config.js), none awaits in its markup, and no build is traced.
  '/internal/flags/index.js': [
    isOff('async_mode_flag'), withoutSetting('async_mode_flag', 'true'), withoutSetting('async_mode_flag', 'false'),
    isOff('legacy_mode_flag'), withoutSetting('legacy_mode_flag', 'true'), isOff('tracing_mode_flag'), withoutSetting('tracing_mode_flag', 'true'),
  ],
  '/internal/client/reactivity/async.js': [['if (async.length === 0 && pending.length === 0) {', 'if (true) {']],

  // No state is deep (eslint.config.js): what changes within an object or list is told by another one.
  '/internal/client/reactivity/sources.js': [['should_proxy ? proxy(value) : value', 'value']],
  '/internal/client/reactivity/props.js': [['runes && bindable ? proxy(value) : value', 'value']],

  // No component is a custom element.
  '/internal/client/dom/elements/custom-element.js': [["if (typeof HTMLElement === 'function') {", 'if (false) {']],
};

// What would need what is left out: what compiled components ask for, and what code may call.
const needed = /\/svelte\/src\/internal\/flags\/(async|legacy|tracing)\.js$/;
const calls = ['hydrate', 'create_custom_element', 'proxy'];

/**
 * Leaves out of a build what Svelte's runtime has for other uses than ours, by turning what is always false here into
 * constants: 6 KB of every page, gzipped. The build fails where a version of Svelte has other names, or where a component
 * needs one of those parts.
 */
export function slimSvelte(): Plugin {
  const left = new Set(Object.keys(edits));
  return {
    name: 'slim-svelte',
    apply: 'build',

    // Where nothing is taken over these two do nothing.
    config: () => ({ build: { rolldownOptions: { treeshake: { manualPureFunctions: ['$.reset', '$.next'] } } } }),
    transform: {
      filter: { id: /\/svelte\/src\/internal\// },
      handler(code, id) {
        if (needed.test(id)) this.error(`A component needs ${id}, and slimSvelte.ts leaves out what it does.`);
        const module = Object.keys(edits).find((end) => id.endsWith(`/svelte/src${end}`));
        if (!module) return null;
        left.delete(module);
        let edited = code;
        for (const [text, becomes] of edits[module]!) {
          if (edited.split(text).length !== 2) this.error(`${id} does not say ${JSON.stringify(text)} once. See what Svelte says now, and mend slimSvelte.ts.`);
          edited = edited.replace(text, () => becomes);
        }
        return { code: edited, map: null };
      },
    },
    buildEnd(error) {
      if (!error && left.size > 0) this.error(`Svelte has no ${[...left].join(', ')} any more. Mend slimSvelte.ts.`);
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const [id, { renderedExports }] of Object.entries(chunk.modules)) {
          const call = id.includes('/svelte/src/') && calls.find((name) => renderedExports.includes(name));
          if (call) this.error(`Something calls ${call}(), and slimSvelte.ts leaves out what it needs.`);
        }
      }
    },
  };
}
