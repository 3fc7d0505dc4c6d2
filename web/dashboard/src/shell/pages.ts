import type { IconName } from '../shared/ui/icons.js';

/** A page that the frame leads to, where it is there. */
export interface Page {
  href: string;
  label: string;
  icon: IconName;
  /** The keys that go there. */
  keys: string;
}

export const pages: readonly Page[] = [
  { href: '/', label: 'Overview', icon: 'home', keys: 'g o' },
  { href: '/pipelines', label: 'Pipelines', icon: 'pipeline', keys: 'g p' },
  { href: '/running', label: 'Running', icon: 'running', keys: 'g r' },
  { href: '/executions', label: 'History', icon: 'history', keys: 'g h' },
  { href: '/workers', label: 'Workers', icon: 'worker', keys: 'g w' },
  { href: '/monitoring', label: 'Monitoring', icon: 'monitor', keys: 'g m' },
  { href: '/settings', label: 'Settings', icon: 'gear', keys: 'g s' },
];

/** How many of them a narrow screen shows; the rest is behind "More". */
export const narrowPages = 4;

/** Tells whether a page, or one below it, is shown. An execution belongs to the history. */
export const isAt = (page: Page, path: string): boolean =>
  page.href === '/' ? path === '/' : path === page.href || path.startsWith(`${page.href}/`);
