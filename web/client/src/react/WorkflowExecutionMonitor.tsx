import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { ServerOptions } from '../api/server.js';
import { adoptStyle, durationText, lookOf, wordOf } from '../look/index.js';
import { ExecutionLogViewer } from './ExecutionLogViewer.js';

/** An execution as a monitor shows it. */
export interface WorkflowExecution {
  /** Its id; its logs are read by it. */
  id: string;
  /** What it runs; shown beside the id. */
  workflow_id: string;
  /** `pending`, `running`, `completed` or `failed`; others are shown as the nearest of these, under their own name. */
  status: string;
  /** When it was created, as ISO 8601; its duration counts from there. */
  created_at: string;
  /** When it ended. Without it, the time at which the status is seen to change counts. */
  completed_at?: string;
  /** 0 to 100. */
  progress?: number;
}

/** What a monitor shows. */
export interface WorkflowExecutionMonitorProps extends Pick<ServerOptions, 'url'> {
  /** What to show; given anew, it is shown as it stands then. */
  execution: WorkflowExecution;
}

/** A card that shows where an execution stands, how long it takes, and its logs when somebody asks for them. */
export function WorkflowExecutionMonitor({ execution, url }: WorkflowExecutionMonitorProps) {
  const { id, workflow_id: workflow, status, progress } = execution;
  const [isOpen, setOpen] = useState(false);
  const card = useRef<HTMLElement>(null);
  const logs = useId();
  const { kind, icon } = lookOf(status);
  const took = useDuration(execution, kind === 'completed' || kind === 'failed');
  useEffect(() => adoptStyle(card.current!), []);
  return (
    <section className={`sg-monitor sg-${kind}`} ref={card} aria-label={`${workflow} ${id}`}>
      <div className="sg-bar">
        <span aria-hidden="true">{icon}</span>
        <span role="status">{wordOf(status)}</span>
        <b>{workflow} · {id}</b>
        <time>{took === null ? '' : durationText(took)}</time>
        <button type="button" aria-expanded={isOpen} aria-controls={logs} onClick={() => setOpen(!isOpen)}>{isOpen ? 'Hide logs' : 'Show logs'}</button>
        {kind === 'running' && <progress aria-label="Progress" max={100} value={Number(progress) || 0} />}
      </div>
      <div id={logs} hidden={!isOpen}>{isOpen && <ExecutionLogViewer executionId={id} url={url} />}</div>
    </section>
  );
}

/** Milliseconds since it was created, until it ends; null where nobody knows when that was. */
function useDuration({ id, created_at: created, completed_at: completed }: WorkflowExecution, isOver: boolean): number | null {
  // Whose end was watched, and the time when that was looked at last.
  const [clock, setClock] = useState(() => ({ id: isOver ? '' : id, now: Date.now() }));

  // Before anybody sees the new status: with it stands how long it took.
  useLayoutEffect(() => {
    if (isOver) return;
    const look = () => setClock({ id, now: Date.now() });
    const timer = setInterval(look, 1000);
    return () => {
      clearInterval(timer);
      look();
    };
  }, [id, isOver]);
  const end = !isOver || (!completed && clock.id === id) ? clock.now : Date.parse(completed ?? '');
  const took = end - Date.parse(created);
  return Number.isNaN(took) ? null : took;
}
