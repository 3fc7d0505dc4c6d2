import type { Component } from 'svelte';

/** What a page's file has. */
export interface PageModule {
  default: Component<{ data?: unknown }>;
  /** Begins to read what the page shows, before it is drawn; the page is given the answer as `data`. */
  begin?: (params: Record<string, string>) => unknown;
}

/** A page of the dashboard and the addresses that it is for. */
export interface Route {
  /** The folder of the page: `/executions/[id]`. */
  id: string;
  load: () => Promise<PageModule>;
}

/** A route that an address leads to. */
export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Makes routes of the page files: `routes/executions/[id]/+page.svelte` is for `/executions/…`. Words go before parameters. */
export function routesOf(files: Record<string, () => Promise<unknown>>): Route[] {
  return Object.entries(files)
    .map(([file, load]) => ({ id: file.replace(/^.*?\/routes/, '').replace(/\/\+page\.svelte$/, '') || '/', load: load as Route['load'] }))
    .sort((a, b) => a.id.split('[').length - b.id.split('[').length);
}

/** Finds the route of a path; null where none is for it. */
export function match(routes: readonly Route[], path: string): Match | null {
  const parts = path.split('/').filter(Boolean);
  for (const route of routes) {
    const wanted = route.id.split('/').filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    if (wanted.every((word, i) => fits(word, parts[i]!, params))) return { route, params };
  }
  return null;
}

function fits(word: string, part: string, params: Record<string, string>): boolean {
  if (!word.startsWith('[')) return word === part;
  try {
    params[word.slice(1, -1)] = decodeURIComponent(part);
    return true;
  } catch {
    // A lone % is no address of ours.
    return false;
  }
}
