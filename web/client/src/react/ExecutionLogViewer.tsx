import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { ServerOptions } from '../api/server.js';
import { mergeLogs, messageOf } from '../logs/index.js';
import type { ExecutionLog } from '../logs/index.js';
import { adoptStyle, wordOf } from '../look/index.js';
import { useWebSocketLogs } from './useWebSocketLogs.js';

/** What a log viewer shows. */
export interface ExecutionLogViewerProps extends Pick<ServerOptions, 'url'> {
  /** Whose logs. */
  executionId: string;
  /** Logs read before; live ones are put behind them, each once. */
  logs?: readonly ExecutionLog[];
}

const none: readonly ExecutionLog[] = [];

// So many lines are in the page; more of them when somebody asks.
const page = 1000;

/** The logs of an execution as they come, with the state of the connection. */
export function ExecutionLogViewer({ executionId, logs: history = none, url }: ExecutionLogViewerProps) {
  const { logs: live, connectionStatus, reconnect, dropped } = useWebSocketLogs(executionId, { url });
  const logs = useMemo(() => mergeLogs(history, live), [history, live]);
  const [shown, setShown] = useState(page);
  const lines = useRef<HTMLDivElement>(null);
  const place = useRef({ isAtEnd: true, top: 0 });
  const label = useId();
  const last = logs.at(-1)?.id;

  useEffect(() => adoptStyle(lines.current!), []);

  // Only when lines came, and only for who reads at the end: nobody is torn away from what they read.
  useEffect(() => {
    const list = lines.current!;
    if (last === undefined || !place.current.isAtEnd) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    list.scrollTo({ top: list.scrollHeight, behavior: isCalm ? 'instant' : 'smooth' });
  }, [last]);

  const noteScroll = () => {
    const list = lines.current!;
    const isAtEnd = list.scrollHeight - list.clientHeight - list.scrollTop < 24;

    // On its way to the end a smooth scroll only goes down; who goes up wants to read.
    place.current = { isAtEnd: isAtEnd || (place.current.isAtEnd && list.scrollTop >= place.current.top), top: list.scrollTop };
  };

  const hidden = Math.max(0, logs.length - shown);
  return (
    <div className="sg-logs">
      <div className={`sg-bar sg-${connectionStatus}`}>
        <i />
        <span role="status">{wordOf(connectionStatus)}</span>
        <span id={label}>{count(logs.length)}</span>
        {dropped > 0 && <span>{count(dropped)} before are kept no longer</span>}
        {hidden > 0 && <button type="button" onClick={() => setShown(shown + page)}>Show earlier ({count(hidden)})</button>}
        {connectionStatus !== 'connected' && <button type="button" onClick={reconnect}>Reconnect</button>}
      </div>
      <div className="sg-lines" ref={lines} onScroll={noteScroll} role="log" aria-live="off" aria-labelledby={label} tabIndex={0}>
        {logs.slice(hidden).map((log) => (
          <div key={log.id} className={log.level === 'error' ? 'sg-bad' : log.level === 'warning' ? 'sg-warning' : undefined}>
            <span>{timeOf(log.timestamp)} {log.step_name} {log.level === 'info' ? '' : `${log.level} `}</span>
            {messageOf(log)}
          </div>
        ))}
      </div>
    </div>
  );
}

const count = (lines: number) => `${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`;

const timeOf = (timestamp: string) => new Date(timestamp).toLocaleTimeString('en-GB');
