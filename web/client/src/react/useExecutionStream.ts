import { useCallback, useEffect, useRef, useState } from 'react';
import type { ServerOptions } from '../api/server.js';
import { streamRun } from '../runs/index.js';
import type { RunEvent } from '../runs/index.js';

/** What may be changed of a stream of a run. */
export interface ExecutionStreamOptions extends Omit<ServerOptions, 'fetch'> {
  /** Whether a stream may be opened, true by default. Without one, or while the server streams none, the run is polled every 2 seconds. */
  enabled?: boolean;
  /** How many of the newest events are kept; 100 by default. */
  maxEvents?: number;
  /** Milliseconds before the first retry, 3000 by default; each further one waits twice as long. */
  retryDelay?: number;
  /** How many retries there are before it gives up until `retry`; 5 by default. */
  maxRetries?: number;
}

/** The live events of a run. */
export interface ExecutionStream {
  /** Whether a stream is open; false while the run is polled. */
  connected: boolean;
  /** The newest events, oldest first. */
  events: readonly RunEvent[];
  /** The event that came last. Each event is it once, so that an effect on it misses none. */
  lastEvent: RunEvent | null;
  /** Why there is no stream; null where there is nothing wrong. */
  error: Error | null;
  /** Connects anew, also after it gave up or was disconnected; what happened meanwhile comes too. */
  retry(): void;
  /** Stops until `retry`. */
  disconnect(): void;
  /** Forgets the events. */
  clearEvents(): void;
}

interface Shown {
  runId: unknown;
  connected: boolean;
  events: readonly RunEvent[];
  lastEvent: RunEvent | null;
  error: Error | null;
}

const nothing: Shown = { runId: null, connected: false, events: [], lastEvent: null, error: null };

const unconnected = (s: Shown): Shown => ({ ...s, connected: false });

/** Streams the events of one run into a component, from now on: read the run's view for what was before. */
export function useExecutionStream(runId: string | null | undefined, options: ExecutionStreamOptions = {}): ExecutionStream {
  const { enabled = true, maxEvents = 100, retryDelay = 3000, maxRetries = 5, url, token } = options;
  const [last, setShown] = useState(nothing);
  const shown = last.runId === runId ? last : nothing;
  const [attempt, setAttempt] = useState(0);
  const running = useRef<AbortController | null>(null);
  const place = useRef({ runId: '', lastEventId: null as string | null });
  const rendered = useRef<(() => void) | null>(null);

  // After each commit: what came has been shown, and the next event may come.
  useEffect(() => rendered.current?.());

  useEffect(() => {
    if (!runId) return;
    const own = new AbortController();
    running.current = own;
    if (place.current.runId !== runId) place.current = { runId, lastEventId: null };
    const change = (to: (before: Shown) => Shown) => {
      if (!own.signal.aborted) setShown((s) => to(s.runId === runId ? s : { ...nothing, runId }));
    };
    void streamRun(runId, { url, token, enabled, retryDelay, maxRetries }, {
      onEvent: (event) => new Promise((resolve) => {
        if (own.signal.aborted) return resolve();
        rendered.current = resolve;
        change((s) => ({ ...s, lastEvent: event, events: maxEvents > 0 ? [...s.events, event].slice(-maxEvents) : [] }));
      }),
      onConnected: (connected) => change((s) => (s.connected === connected ? s : { ...s, connected })),
      onError: (error) => change((s) => (s.error === error ? s : { ...s, error })),
    }, own.signal, place.current);
    return () => {
      own.abort();
      rendered.current?.();
      setShown(unconnected);
    };
  }, [runId, enabled, maxEvents, retryDelay, maxRetries, url, token, attempt]);

  const retry = useCallback(() => setAttempt((n) => n + 1), []);
  const disconnect = useCallback(() => {
    running.current?.abort();
    setShown(unconnected);
  }, []);
  const clearEvents = useCallback(() => setShown((s) => ({ ...s, events: [], lastEvent: null })), []);
  const { connected, events, lastEvent, error } = shown;
  return { connected, events, lastEvent, error, retry, disconnect, clearEvents };
}
