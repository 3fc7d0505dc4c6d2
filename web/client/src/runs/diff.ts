import type { PlaybookRunView, RunEvent, RunEventType, StepRunView } from './run.js';

/** Gives the events that lead from one view of a run to the next; from nothing, those that tell where it stands. */
export function changesOf(before: PlaybookRunView | null, now: PlaybookRunView): RunEvent[] {
  const events: RunEvent[] = [];
  const add = (type: RunEventType, stepKey: string | null, payload: Record<string, unknown>) =>
    events.push({ type, runId: now.id, stepKey, timestamp: now.updatedAt, payload });
  for (const step of now.steps) {
    const old = before?.steps.find(({ key }) => key === step.key);

    // What a step had printed before anybody watched is in the view that the viewer has read.
    for (const message of before ? newLines(old?.logs ?? [], step.logs) : [])
      add('step.log.appended', step.key, { logEntry: { level: 'info', message, timestamp: now.updatedAt } });
    if (old ? old.state !== step.state || old.attempt !== step.attempt : step.startedAt !== null) addStep(step, add);
  }
  if (events.length > 0 || before?.state !== now.state) addRun(now, add);
  return events;
}

type Add = (type: RunEventType, stepKey: string | null, payload: Record<string, unknown>) => void;

function addStep(step: StepRunView, add: Add) {
  const { key, state, status, startedAt, completedAt } = step;
  if (state === 'success') add('step.completed', key, { status: 'SUCCESS', completedAt, result: step.output });
  else if (state === 'failed') add('step.failed', key, { status: 'FAILED', error: step.error, failedAt: completedAt, attempt: step.attempt, willRetry: false });
  else add('step.updated', key, { status, startedAt });
}

function addRun(run: PlaybookRunView, add: Add) {
  const { completedAt, progress, steps } = run;
  if (run.state === 'success') {
    add('run.completed', null, { status: 'COMPLETED', completedAt, totalSteps: progress.total, successfulSteps: steps.filter((s) => s.state === 'success').length });
  } else if (run.state === 'failed') {
    add('run.failed', null, { status: 'FAILED', error: run.error, failedAt: completedAt });
  } else {
    const currentStepKey = steps.findLast((s) => s.startedAt !== null)?.key ?? null;
    const done = progress.total - progress.running - progress.pending;
    add('run.updated', null, { status: run.status, currentStepKey, progress: Math.round((100 * done) / progress.total) || 0 });
  }
}

/** The lines after those known. A step keeps its newest lines, so that the known ones need not stand at the beginning. */
function newLines(known: readonly string[], now: readonly string[]): readonly string[] {
  const last = known.at(-1);
  if (last === undefined) return now;
  return now.slice(now[known.length - 1] === last ? known.length : now.lastIndexOf(last) + 1);
}
