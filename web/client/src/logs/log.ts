/** One log of an execution, as the workflow log stream sends it. */
export interface ExecutionLog {
  /** The same however often it is sent. */
  id: string;
  /** The execution that it belongs to. */
  execution_id: string;
  /** The stage that printed it, or that it is about. */
  step_name: string;
  /** The type of that stage. */
  step_type: string;
  /** What the stage was given, where the log tells of the end of an attempt; otherwise empty. */
  input_data: Record<string, unknown>;
  /** Its `message` is the text of the line. */
  output_data: Record<string, unknown>;
  /** How long the attempt took, in milliseconds; 0 while it runs. */
  duration_ms: number;
  /** When it was written, as ISO 8601 in UTC. */
  timestamp: string;
  /** Why the attempt failed. */
  error_message?: string;
  /** How much it matters. */
  level: 'info' | 'warning' | 'error';
}

/** How the connection stands. */
export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected' | 'error';

/** The text of a log. */
export const messageOf = (log: ExecutionLog): string => {
  const { message } = log.output_data ?? {};
  return typeof message === 'string' ? message : log.error_message ?? '';
};

/** Joins logs read before with those that came live: each once, by its id, the former first. */
export function mergeLogs(history: readonly ExecutionLog[], live: readonly ExecutionLog[]): readonly ExecutionLog[] {
  if (history.length === 0) return live;
  return [...new Map([...history, ...live].map((log) => [log.id, log])).values()];
}
