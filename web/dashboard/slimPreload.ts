import type { Plugin } from 'vite';

const helper = '\0vite/preload-helper.js';

// Of a piece's files only its styles are waited for. What did not come is asked for again the next time.
const code = `
const sheets = new Map();
const sheet = (path) => {
  const href = '/' + path;
  if (!sheets.has(href)) sheets.set(href, document.querySelector('link[href="' + href + '"]') || new Promise((loaded, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = loaded;
    link.onerror = () => {
      sheets.delete(href);
      link.remove();
      failed(Error(href + ' could not be loaded.'));
    };
    document.head.append(link);
  }));
  return sheets.get(href);
};
export const __vitePreload = (load, files = []) => Promise.all(files.filter((file) => file.endsWith('.css')).map(sheet)).then(load);
`;

/** Puts a short helper in place of Vite's, whose lists of modules nothing here uses (`modulePreload`). The build fails where Vite has none. */
export function slimPreload(): Plugin {
  let isFound = false;
  return {
    name: 'slim-preload',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id !== helper) return;
      isFound = true;
      return { code, moduleSideEffects: false };
    },
    generateBundle() {
      if (!isFound) this.error('Vite has no preload helper any more. See what it writes now, and mend slimPreload.ts.');
    },
  };
}
