import { addressOf } from '../api/server.js';
import type { ServerOptions } from '../api/server.js';
import { LogBuffer, maxLogs } from './buffer.js';
import type { SizedLog } from './buffer.js';
import type { ConnectionStatus, ExecutionLog } from './log.js';

/** What is known of the logs of one execution. */
export interface LogSnapshot {
  /** The newest logs, oldest first; the list is another one whenever some came. */
  logs: readonly ExecutionLog[];
  /** How the socket stands. */
  status: ConnectionStatus;
  /** How many of the oldest logs are kept no longer. */
  dropped: number;
}

/** Logs that one asked for. */
export interface LogSubscription {
  /** Connects anew at once. */
  reconnect(): void;
  /** Lets the listener go; the socket is closed with the last one. */
  close(): void;
}

interface LogFeed {
  subscribe(listener: (snapshot: LogSnapshot) => void): LogSubscription;
}

const feeds = new Map<string, LogFeed>();

/** Asks for the logs of an execution. All who ask for the same ones share a socket, which is closed with the last of them. */
export function subscribeLogs(executionId: string, server: ServerOptions, listener: (snapshot: LogSnapshot) => void): LogSubscription {
  const { href } = new URL(addressOf(server, `/ws/executions/${encodeURIComponent(executionId)}/logs`), location.href);
  const address = href.replace(/^http/, 'ws');
  let feed = feeds.get(address);
  if (!feed) feeds.set(address, (feed = openFeed(address)));
  return feed.subscribe(listener);
}

function openFeed(address: string): LogFeed {
  // What comes in that time is shown together: a flood of lines must not be a flood of drawings.
  const showEvery = 50;
  const buffer = new LogBuffer();
  const listeners = new Set<() => void>();
  let status: ConnectionStatus = 'connecting';
  let socket: WebSocket | undefined;
  let came: SizedLog[] = [];
  let failures = 0;
  let isClosed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let showing: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    for (const listener of [...listeners]) listener();
  };

  const become = (next: ConnectionStatus) => {
    status = next;
    tell();
  };

  const show = () => {
    clearTimeout(showing);
    showing = undefined;
    if (came.length === 0) return;
    buffer.add(came);
    came = [];
    tell();
  };

  const leave = () => {
    clearTimeout(retry);
    const left = socket;
    socket = undefined;
    left?.close();
  };

  const take = (data: unknown) => {
    const text = String(data);
    try {
      const log = JSON.parse(text) as ExecutionLog | null;
      if (typeof log?.id !== 'string') return;
      came.push({ log, size: text.length });
    } catch {
      // No log; those after it are as good as before.
      return;
    }
    failures = 0;

    // In a hidden tab timers come late, and a flood does not wait for them.
    if (came.length >= maxLogs) show();
    else showing ??= setTimeout(show, showEvery);
  };

  const connect = () => {
    leave();
    buffer.begin();
    came = [];
    let hasFailed = false;
    const own = (socket = new WebSocket(address));
    const ifCurrent = <E>(then: (event: E) => void) => (event: E) => {
      if (socket === own) then(event);
    };
    become('connecting');
    own.onopen = ifCurrent(() => become('connected'));
    own.onmessage = ifCurrent(({ data }: MessageEvent) => take(data));
    own.onerror = () => (hasFailed = true);
    own.onclose = ifCurrent(({ code }: CloseEvent) => {
      socket = undefined;
      show();
      if (code !== 1000) retry = setTimeout(connect, 3000 * 2 ** Math.min(failures++, 4));
      become(hasFailed ? 'error' : 'disconnected');
    });
  };

  const closeUnused = () => {
    if (listeners.size > 0 || isClosed) return;
    isClosed = true;
    feeds.delete(address);
    clearTimeout(showing);
    leave();
  };

  connect();
  return {
    subscribe(listener) {
      const own = () => listener({ logs: buffer.logs, status, dropped: buffer.dropped });
      listeners.add(own);
      own();
      return {
        reconnect() {
          failures = 0;
          connect();
        },
        close() {
          // Who unmounts and mounts again at once, as React does when it is strict, keeps the socket.
          if (listeners.delete(own)) setTimeout(closeUnused);
        },
      };
    },
  };
}
