/** One log of an execution, as the workflow log stream sends it. */
export interface ExecutionLog {
  /** The same however often it is sent. */
  id: string;
  execution_id: string;
  step_name: string;
  step_type: string;
  input_data: Record<string, unknown>;
  /** Its `message` is the text of the line. */
  output_data: Record<string, unknown>;
  duration_ms: number;
  timestamp: string;
  error_message?: string;
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
