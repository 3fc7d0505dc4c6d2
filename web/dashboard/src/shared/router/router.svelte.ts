import { onMount, tick } from 'svelte';
import { match } from './routes.js';
import type { PageModule, Route } from './routes.js';

interface Shown {
  url: URL;
  /** Folder of the page; null where none is for the address. */
  id: string | null;
  params: Record<string, string>;
  module: PageModule | null;
  data: unknown;
  /** Why the page could not be loaded. */
  error: Error | null;
}

export interface Navigation {
  from: URL | null;
  to: URL;
  /** How it began: with the page itself, by a link, by code, or by going back or forth. */
  type: 'enter' | 'link' | 'goto' | 'popstate';
}

interface GoOptions {
  /** Whether the address takes the place of the one before, to which "back" does not lead then. */
  replaceState?: boolean;
  /** Whether the page stays where it was scrolled to. */
  noScroll?: boolean;
  /** Whether the focus stays where it is. */
  keepFocus?: boolean;
}

const positionsKey = 'sightglass.scroll';
const positionsKept = 50;
const answersWithin = 5000;

let routes: readonly Route[] = [];
let shown = $state.raw<Shown>({ url: new URL(location.href), id: null, params: {}, module: null, data: undefined, error: null });
let isReady = $state.raw(false);
let turn = 0;
let entry = '';
let positions: Record<string, number> = {};
const listeners = new Set<(navigation: Navigation, options: GoOptions) => void>();

/** What the address says, and which page it leads to. */
export const page = {
  get url(): URL { return shown.url; },
  get params(): Record<string, string> { return shown.params; },
  get route(): { id: string | null } { return shown; },
  get component(): PageModule['default'] | null { return shown.module?.default ?? null; },
  /** What the page's own `begin` gave. */
  get data(): unknown { return shown.data; },
  get error(): Error | null { return shown.error; },
  /** Whether the first page is there. */
  get isReady(): boolean { return isReady; },
};

/** Tells whether a path is one of the dashboard's. */
export const isAddress = (path: string): boolean => match(routes, path) !== null;

/** Calls back after each navigation, the one that opened the page included, while the component is there. */
export function afterNavigate(listener: (navigation: Navigation, options: GoOptions) => void): void {
  onMount(() => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  });
}

/** Goes to an address of the dashboard; any other is opened by the browser. */
export function goto(href: string, options: GoOptions = {}): Promise<void> {
  const url = new URL(href, location.href);
  if (url.origin !== location.origin) throw new TypeError(`${href} is another server's; use a link.`);
  return go(url, 'goto', options);
}

async function go(url: URL, type: Navigation['type'], options: GoOptions): Promise<void> {
  const mine = ++turn;
  const found = match(routes, url.pathname);
  let module = found && found.route.id === shown.id ? shown.module : null;
  let error: Error | null = null;
  try {
    if (found && !module) module = await found.route.load();
  } catch (cause) {
    // A server that was updated has other files: the browser gets them anew.
    if (isReady && mine === turn && (await answers())) return mine === turn ? open(url) : undefined;
    error = cause instanceof Error ? cause : new Error(String(cause));
  }
  if (mine !== turn) return;
  const params = found?.params ?? {};
  const isSame = module === shown.module && JSON.stringify(params) === JSON.stringify(shown.params);
  const data = isSame ? shown.data : module?.begin?.(params);
  const from = isReady ? shown.url : null;
  if (type === 'link' || type === 'goto') {
    keepPosition();
    if (!options.replaceState) entry = newEntry();
    history[options.replaceState ? 'replaceState' : 'pushState']({ sightglass: entry }, '', url);
  }
  shown = { url, id: found?.route.id ?? null, params, module, data, error };
  isReady = true;
  await tick();
  if (type === 'popstate') scrollTo(0, positions[entry] ?? 0);
  else if (type !== 'enter' && !options.noScroll) scrollToStart(url);
  for (const listener of listeners) listener({ from, to: url, type }, options);
}

// Where the server is away the browser would show a page of its own in place of this one.
const answers = () => fetch('/', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(answersWithin) }).then(({ status }) => status < 500, () => false);

// Where an address is the one that is shown, and names a place within it, the browser would only scroll there.
const open = (url: URL) => (url.href === location.href ? location.reload() : location.assign(url));

/** Loads everything anew, unless the server is away. */
export async function reopen(): Promise<void> {
  if (await answers()) location.reload();
}

function scrollToStart(url: URL): void {
  const target = url.hash && document.getElementById(decodeURIComponent(url.hash.slice(1)));
  if (target) target.scrollIntoView();
  else scrollTo(0, 0);
}

const newEntry = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

// Where the reader was in each page they left, for when they come back.
function keepPosition(): void {
  if (!entry) return;
  positions = Object.fromEntries(Object.entries({ ...positions, [entry]: scrollY }).slice(-positionsKept));
}

/** The link that a click leads along, where it is one that stays within the dashboard. */
function linkOf(event: Event): URL | null {
  const link = (event.target as Element | null)?.closest?.('a[href]');
  if (!(link instanceof HTMLAnchorElement) || (link.target && link.target !== '_self') || link.hasAttribute('download')) return null;
  const url = new URL(link.href);
  return url.origin === location.origin && match(routes, url.pathname) ? url : null;
}

function clicked(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = linkOf(event);

  // Within a page the browser knows where to go.
  if (!url || (url.hash && url.pathname === location.pathname && url.search === location.search)) return;
  event.preventDefault();
  void go(url, 'link', { replaceState: url.href === location.href });
}

function pointed(event: Event): void {
  const url = linkOf(event);
  void (url && match(routes, url.pathname)?.route.load().catch(() => {}));
}

function popped(event: PopStateEvent): void {
  keepPosition();
  const state = event.state as { sightglass?: string } | null;
  if (!state) history.replaceState({ sightglass: newEntry() }, '');
  entry = (history.state as { sightglass: string }).sightglass;

  // The browser has gone to a place within the page, and scrolled there.
  void go(new URL(location.href), state ? 'popstate' : 'goto', { replaceState: true, noScroll: true, keepFocus: true });
}

/** Takes the addresses over; call it once. */
export function startRouter(all: readonly Route[]): void {
  routes = all;
  history.scrollRestoration = 'manual';
  try {
    positions = JSON.parse(sessionStorage.getItem(positionsKey) ?? '{}') as Record<string, number>;
  } catch {
    positions = {};
  }
  const state = history.state as { sightglass?: string } | null;
  entry = state?.sightglass ?? newEntry();
  history.replaceState({ sightglass: entry }, '');
  addEventListener('click', clicked);
  addEventListener('pointerover', pointed, { passive: true });
  addEventListener('popstate', popped);
  addEventListener('pagehide', () => {
    keepPosition();
    try {
      sessionStorage.setItem(positionsKey, JSON.stringify(positions));
    } catch {
      // Then a reload begins at the top.
    }
  });
  void go(new URL(location.href), 'enter', {}).then(() => {
    scrollTo(0, positions[entry] ?? 0);
  });
}
