import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import '../../../src/element.js';
import { createClient, createFold, followExecution } from '../../../src/index.js';
import type { ExecutionFold, ExecutionState } from '../../../src/index.js';
import { ExecutionLogViewer, WorkflowExecutionMonitor, useExecutionStream, useWebSocketLogs } from '../../../src/react.js';
import type { ExecutionLog, ExecutionStream, ExecutionStreamOptions, WebSocketLogs, WorkflowExecution } from '../../../src/react.js';

/** What tests read from outside, and what they do to it. */
interface Probe {
  stream: ExecutionStream | null;
  seen: string[];
  connected: boolean[];
  errors: string[];
  logs: WebSocketLogs | null;
  statuses: string[];
}

const probe: Probe = { stream: null, seen: [], connected: [], errors: [], logs: null, statuses: [] };

function StreamProbe({ runId, options }: { runId: string; options: ExecutionStreamOptions }) {
  const stream = useExecutionStream(runId, options);
  useEffect(() => {
    probe.stream = stream;
  });
  const { connected, error, lastEvent } = stream;
  useEffect(() => void (probe.connected.at(-1) === connected || probe.connected.push(connected)), [connected]);
  useEffect(() => void (error && probe.errors.push(error.message)), [error]);
  useEffect(() => {
    if (lastEvent) probe.seen.push(`${lastEvent.type} ${lastEvent.stepKey ?? ''} ${JSON.stringify(lastEvent.payload)}`);
  }, [lastEvent]);
  return <p>{stream.events.length} events</p>;
}

function LogProbe({ id }: { id: string }) {
  const logs = useWebSocketLogs(id);
  useEffect(() => {
    probe.logs = logs;
    if (probe.statuses.at(-1) !== logs.connectionStatus) probe.statuses.push(logs.connectionStatus);
  });
  return null;
}

/** Mounts and unmounts monitors with open logs and streams, so that each has opened what it opens. */
function Flicker({ rounds, onDone }: { rounds: number; onDone: () => void }) {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (round >= rounds) return onDone();
    // Some stay until they are connected, most go before.
    const timer = setTimeout(() => setRound(round + 1), round % 10 === 0 ? 50 : 0);
    return () => clearTimeout(timer);
  }, [round, rounds, onDone]);
  if (round >= rounds) return null;
  return (
    <div key={round}>
      <StreamProbe runId={`run-${round}`} options={{}} />
      <ExecutionLogViewer executionId={`run-${round}`} />
    </div>
  );
}

let root: Root | null = null;

function render(what: React.ReactNode, strict = false) {
  root ??= createRoot(document.querySelector('#root')!);
  root.render(strict ? <StrictMode>{what}</StrictMode> : what);
}

const page = {
  probe,
  mountStream: (runId: string, options: ExecutionStreamOptions = {}, strict = false) => render(<StreamProbe runId={runId} options={options} />, strict),
  mountLogs: (ids: string[], strict = false) => render(ids.map((id, i) => <LogProbe key={i} id={id} />), strict),
  mountViewer: (executionId: string, logs?: ExecutionLog[]) => render(<ExecutionLogViewer executionId={executionId} logs={logs} />),
  mountMonitor: (...executions: WorkflowExecution[]) => render(executions.map((e) => <WorkflowExecutionMonitor key={e.id} execution={e} />)),
  mountMany: (rounds: number) => new Promise<void>((done) => render(<Flicker rounds={rounds} onDone={done} />)),
  mountElement: (id: string) => {
    const element = document.createElement('workflow-execution-monitor');
    element.setAttribute('execution-id', id);
    document.querySelector('#root')!.append(element);
  },
  unmount: () => {
    root?.unmount();
    root = null;
    document.querySelector('#root')!.replaceChildren();
  },
  run: async (pipeline: string, input: Record<string, unknown> = {}) =>
    (await createClient().post('/api/pipelines/{id}/run', { path: { id: pipeline }, body: { input } })).executionId,
  /** Follows to the end and gives what came. */
  follow: (id: string) => {
    const modes: string[] = [];
    const seqs: number[] = [];
    let fold: ExecutionFold | undefined;
    const following = followExecution(id, {
      onState: (state) => void (fold = createFold(state)),
      onEvent: (e) => {
        seqs.push(e.seq);
        fold!.apply(e);
      },
      onMode: (mode) => modes.push(mode),
    });
    return { modes, seqs, following, state: () => fold?.state() ?? null };
  },
  state: (id: string): Promise<ExecutionState> => createClient().get('/api/executions/{id}', { path: { id } }),
};

export type TestPage = typeof page;

declare global {
  interface Window { sg: TestPage }
}

window.sg = page;
