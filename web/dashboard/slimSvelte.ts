import type { Plugin } from 'vite';
import { edits } from './slimSvelteEdits.js';

// What would need what is left out: what compiled components ask for, and what code may call.
const needed = /\/svelte\/src\/internal\/flags\/(async|legacy|tracing)\.js$/;
const calls = ['hydrate', 'create_custom_element', 'proxy', 'await_block', 'transition', 'animation', 'eager', 'pending', 'fork', 'settled', 'async_derived', 'clsx', 'getAbortSignal', 'unmount', 'attribute_effect'];

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
      filter: { id: /\/svelte\/src\/(internal\/|utils\.js)/ },
      handler(code, id) {
        if (needed.test(id)) this.error(`A component needs ${id}, and slimSvelte.ts leaves out what it does.`);
        const module = Object.keys(edits).find((end) => id.endsWith(`/svelte/src${end}`));
        if (!module) return null;
        left.delete(module);
        let edited = code;
        for (const [stands, becomes] of edits[module]!) {
          if (edited.split(stands).length !== 2) this.error(`${id} does not say ${String(stands)} once. See what Svelte says now, and mend slimSvelteEdits.ts.`);
          edited = edited.replace(stands, () => becomes);
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
