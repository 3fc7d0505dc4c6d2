import { useCallback, useEffect, useRef, useState } from 'react';
import type { ServerOptions } from '../api/server.js';
import { subscribeLogs } from '../logs/index.js';
import type { ConnectionStatus, ExecutionLog, LogSnapshot, LogSubscription } from '../logs/index.js';

/** The logs of an execution, from the first on. */
export interface WebSocketLogs {
  /** The newest logs, oldest first. */
  logs: readonly ExecutionLog[];
  /** How the socket stands. */
  connectionStatus: ConnectionStatus;
  /** Connects anew at once. */
  reconnect(): void;
  /** How many of the oldest logs are kept no longer: the newest 10,000 are, and at most 16 MB of them. */
  dropped: number;
}

const nothing: LogSnapshot = { logs: [], status: 'connecting', dropped: 0 };

/** Streams the logs of an execution into a component. All components that show the same ones share a socket. */
export function useWebSocketLogs(executionId: string, { url }: Pick<ServerOptions, 'url'> = {}): WebSocketLogs {
  const [shown, setShown] = useState<LogSnapshot>(nothing);
  const subscription = useRef<LogSubscription | null>(null);
  useEffect(() => {
    const own = (subscription.current = subscribeLogs(executionId, { url }, setShown));
    return () => {
      own.close();
      subscription.current = null;
      setShown(nothing);
    };
  }, [executionId, url]);
  const reconnect = useCallback(() => subscription.current?.reconnect(), []);
  return { logs: shown.logs, connectionStatus: shown.status, reconnect, dropped: shown.dropped };
}
