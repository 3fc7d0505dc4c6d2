import { messageOf } from '../logs/index.js';
import type { LogSnapshot } from '../logs/index.js';
import { wordOf } from '../look/index.js';

// So many lines are in the page; the newest.
const shown = 1000;

/** Makes the part of a monitor that shows logs, and gives what draws a snapshot of them. */
export function logLines(into: HTMLElement): (snapshot: LogSnapshot) => void {
  const bar = document.createElement('div');
  const word = document.createElement('span');
  const count = document.createElement('span');
  const list = document.createElement('div');
  const box = document.createElement('div');
  box.className = 'sg-logs';
  word.setAttribute('role', 'status');
  list.className = 'sg-lines';
  list.setAttribute('role', 'log');
  list.setAttribute('aria-live', 'off');
  list.ariaLabel = 'Logs';
  list.tabIndex = 0;
  bar.append(document.createElement('i'), word, count);
  box.append(bar, list);
  into.replaceChildren(box);
  let last: string | undefined;
  return ({ logs, status, dropped }) => {
    bar.className = `sg-bar sg-${status}`;
    if (word.textContent !== wordOf(status)) word.textContent = wordOf(status);
    const all = logs.length + dropped;
    count.textContent = `${all.toLocaleString('en')} lines${all > shown ? `, the newest ${shown.toLocaleString('en')} shown` : ''}`;
    const isAtEnd = list.scrollHeight - list.clientHeight - list.scrollTop < 24;
    const fresh = logs.slice(logs.findLastIndex(({ id }) => id === last) + 1).slice(-shown);
    last = logs.at(-1)?.id;
    list.append(...fresh.map((log) => {
      const line = document.createElement('div');
      if (log.level !== 'info') line.className = log.level === 'error' ? 'sg-bad' : 'sg-warning';
      line.textContent = `${log.step_name} ${messageOf(log)}`;
      return line;
    }));
    while (list.childElementCount > shown) list.firstChild!.remove();
    if (fresh.length > 0 && isAtEnd) list.scrollTop = list.scrollHeight;
  };
}
