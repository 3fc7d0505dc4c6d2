import type { EventOf, ExecutionEvent, ExecutionPlan, ExecutionTotals } from './event.js';
import { answer, evaluate, openApprovals, request, triggersOf, withdraw } from './facts.js';
import { moveStage, newStage, resetStage, restoreStage, startStage, waitStage } from './stage.js';
import type { Stage } from './stage.js';
import type { ExecutionState, StageState } from './state.js';
import { addMoney, errorOf, orNull, timeOf } from './values.js';

const none = { total: 0, completed: 0, failed: 0, running: 0, pending: 0, skipped: 0 };

type Data<Type extends ExecutionEvent['type']> = EventOf<Type>['data'];

type Ended = Omit<EventOf<'execution.completed' | 'execution.failed' | 'execution.cancelled'>, 'data'>
  & { data: Partial<Data<'execution.completed'> & Data<'execution.failed'> & Data<'execution.cancelled'>> };

// The end of a stage names the status that it comes to.
const statusOf = (e: EventOf<'stage.completed' | 'stage.failed' | 'stage.skipped' | 'stage.cancelled'>) =>
  e.type.slice(6) as 'completed' | 'failed' | 'skipped' | 'cancelled';

// What a new turn starts with, and what it leaves of the one before.
const newTurn = { status: 'queued', endTime: null, result: null, error: null, failedStage: null, reason: null } as const;

/** Folds the events of one execution, one by one, to the state that `GET /api/executions/{id}` gives. */
export interface ExecutionFold {
  /** The sequence of the last event applied. */
  readonly seq: number;
  /** The reference of a plan too large for its event, until `applyPlan` is called with what it stands for; null otherwise. */
  readonly missingPlan: string | null;
  /** Applies the next event. A type that it does not know changes nothing but the sequence. */
  apply(e: ExecutionEvent): void;
  /** Gives a plan that was kept apart from its event; events after that one wait until this is done. */
  applyPlan(plan: ExecutionPlan | null | undefined): void;
  /**
   * Gives the state as the API writes it; what events come later leave it as it is. A stage that has not changed is the same
   * object as in the state before, and so is the list of stages where none has: such a state costs what has changed.
   */
  state(): ExecutionState;
}

/** Begins a fold, before the first event or with a state, which the events after its `seq` follow. */
export function createFold(from?: ExecutionState): ExecutionFold {
  const byKey = new Map<string, Stage>();
  const planned: Stage[] = [];
  const x = { seq: 0, ...from, group: from?.group && { ...from.group }, progress: { ...none, ...from?.progress } } as ExecutionState;

  // The state shows the time of creation where nothing has started yet.
  let isStarted = x.status !== 'queued' && (x.startTime !== x.createdAt || x.status === 'running' || x.currentStage > 0);
  let breakpoints = new Set(from?.debug?.breakpoints);
  let stop = from?.debug?.stoppedAt ?? null;
  let missingPlan: string | null = null;
  let shown: StageState[] | undefined;

  const note = (s: Stage): Stage => {
    byKey.set(s.state.key, s);
    return s;
  };

  const plan = (s: Stage): StageState => {
    planned.push(note(s));
    shown = undefined;
    return s.state;
  };

  // Of an instance its stage, of a stage itself.
  const parentOf = (s: Stage): Stage => planned[s.position - 1]!;

  const goOn = () => {
    x.status = isStarted ? 'running' : 'queued';
  };

  function applyPlan(graph: ExecutionPlan | null | undefined) {
    missingPlan = null;
    if (planned.length > 0 || !graph) return;
    for (const { id, name, type } of graph.stages) plan(newStage(id, id, name, type, planned.length + 1));
    x.totalStages = x.progress.total = x.progress.pending = planned.length;
  }

  function create({ executionId, time, data }: EventOf<'execution.created'>) {
    const { schedule } = data;
    const { whenFull: _, ...group } = data.group ?? {};
    Object.assign(x, {
      id: executionId, pipelineId: data.pipelineId, pipelineName: data.name, version: orNull(data.version),
      definitionHash: data.definitionHash, priority: data.priority, requestedBy: orNull(data.requestedBy),
      schedule: orNull(schedule && { ...schedule, time: Date.parse(schedule.time) }),
      labels: data.labels ?? {}, parent: orNull(data.parent),
      group: data.group && (group as ExecutionState['group']),
      createdAt: Date.parse(time), startTime: Date.parse(time), input: orNull(data.input), ...newTurn,
      cancelling: false, turn: 1, currentStage: 0, totalStages: 0, cost: 0,
    } satisfies Partial<ExecutionState>);
    breakpoints = new Set(data.breakpoints);
    const graph = data.plan as ExecutionPlan | { ref: string };
    if ('ref' in graph) missingPlan = graph.ref;
    else applyPlan(graph);
  }

  function end({ type, time, data: said }: Ended) {
    const status = type.slice(10) as 'completed' | 'failed' | 'cancelled';
    const error = errorOf(said.error);
    const { duration: totalDuration, cost: totalCost, ...stages } = said.totals ?? ({} as ExecutionTotals);
    stop = null;
    Object.assign(x, {
      status, endTime: timeOf(time), cancelling: false, error, failedStage: orNull(said.failedStage), reason: said.reason ?? x.reason,
      result: {
        status: said.result ?? (status as 'failed' | 'cancelled'), output: orNull(said.output), error: error && error.message,
        summary: said.totals && { totalDuration, totalCost, ...stages },
      },
    } satisfies Partial<ExecutionState>);
  }

  const bucketOf = (s: Stage): keyof typeof none => {
    const { status } = s.state;
    return status === 'cancelled' ? 'skipped' : status in none ? (status as keyof typeof none) : 'pending';
  };

  /** Changes a stage and counts it anew, unless the change says that it was none. */
  function count(key: string, change: (s: Stage) => unknown) {
    const s = byKey.get(key);
    if (!s) return;
    const before = bucketOf(s);
    if (change(s) === false) return;
    const parent = parentOf(s);
    shown = s.shown = parent.shown = undefined;
    if (parent !== s) return;
    x.progress[before]--;
    x.progress[bucketOf(s)]++;
  }

  function reopen({ data }: EventOf<'execution.reopened'>) {
    Object.assign(x, { turn: data.turn, startTime: x.createdAt, ...newTurn } satisfies Partial<ExecutionState>);
    isStarted = false;
    data.stages.forEach((key) => count(key, resetStage));
  }

  function start(s: Stage, e: EventOf<'stage.started'>) {
    startStage(s, e);
    x.currentStage = s.position;

    // Of an instance the stage, which runs from the first one on.
    const { state } = parentOf(s);
    if (state.status === 'running') return;
    count(state.key, () => Object.assign(state, { status: 'running', startTime: timeOf(e.time) } satisfies Partial<StageState>));
  }

  function expand(s: Stage, e: EventOf<'stage.expanded'>) {
    const { id, name, type, queuedAt } = s.state;
    const instances = Array.from({ length: e.data.count }, (_, i) => {
      const key = `${id}[${i}]`;
      return (byKey.get(key) ?? note(newStage(key, id, name, type, s.position))).state;
    });
    moveStage(s, { status: 'queued', queuedAt: queuedAt ?? timeOf(e.time), count: e.data.count, instances });
  }

  /** Ends an attempt: with it the stage, or until the next one starts. */
  function finish(s: Stage, e: EventOf<'stage.completed' | 'stage.failed'>, waitingFor: 'repeat' | 'retry' | false, next?: string) {
    const { cost, output } = e.data;
    const { error, lost } = e.data as Partial<Data<'stage.failed'>>;
    const isLost = lost || error?.code === 'worker_crashed' || undefined;

    // Nobody measured it: it is the most that it can have been.
    const duration = e.data.duration || (isLost && s.state.startTime ? Date.parse(e.time) - s.state.startTime : 0);
    if (cost != null) {
      s.state.cost = addMoney(s.state.cost ?? 0, cost);
      x.cost = addMoney(x.cost, cost);
    }
    moveStage(s, {
      duration, output: orNull(output), error: errorOf(error), lost: isLost,
      ...(waitingFor ? { status: 'waiting', waitingFor, due: timeOf(next) } : { status: statusOf(e), endTime: timeOf(e.time) }),
    });
  }

  function applyTo(s: Stage, e: ExecutionEvent): unknown {
    const { state, facts } = s;
    switch (e.type) {
      case 'stage.queued': moveStage(s, { status: 'queued', queuedAt: timeOf(e.time) }); break;
      case 'stage.waiting': waitStage(s, e); break;
      case 'stage.started': start(s, e); break;
      case 'stage.expanded': expand(s, e); break;
      case 'stage.completed': finish(s, e, e.data.willRepeat && 'repeat', e.data.repeatAt); break;
      case 'stage.failed': finish(s, e, e.data.willRetry && 'retry', e.data.retryAt); break;
      case 'stage.skipped':
      case 'stage.cancelled':
        moveStage(s, { status: statusOf(e), endTime: timeOf(e.time), reason: e.data.reason, duration: (e.data as { duration?: number }).duration ?? state.duration });
        break;
      case 'stage.undo.started': state.undo = 'running'; break;
      case 'stage.undo.completed':
      case 'stage.undo.failed': state.undo = e.type.slice(11); break;
      case 'trigger.evaluated': evaluate(facts, e); break;
      case 'approval.requested': request(facts, e); break;
      case 'approval.granted':
      case 'approval.rejected': answer(facts, e); break;
      case 'approval.withdrawn': withdraw(facts, e); break;
      case 'debug.paused':
        stop = state.key;
        x.status = 'paused';
        moveStage(s, { status: 'blocked', waitingFor: 'breakpoint' });
        break;
      case 'debug.resumed':
        stop = null;
        goOn();
        if (state.waitingFor === 'breakpoint') moveStage(s, { status: 'queued' });
        break;
      default: return false;
    }
  }

  function apply(e: ExecutionEvent) {
    x.seq = e.seq;

    // What the server alone can tell held until now.
    delete x.parked;
    delete x.group?.position;
    switch (e.type) {
      case 'execution.created': create(e); break;
      case 'execution.started': isStarted = true; x.status = 'running'; x.startTime = Date.parse(e.time); break;
      case 'execution.paused': x.status = 'paused'; x.reason = orNull(e.data.reason); break;
      case 'execution.resumed': goOn(); x.reason = null; break;
      case 'execution.cancelling':
        x.cancelling = true;
        x.reason = orNull(e.data.reason);
        stop = null;
        if (x.status === 'paused') goOn();
        break;
      case 'execution.completed':
      case 'execution.failed':
      case 'execution.cancelled': end(e); break;
      case 'execution.reopened': reopen(e); break;
      case 'debug.breakpoint.set': breakpoints.add(e.stage); break;
      case 'debug.breakpoint.cleared': breakpoints.delete(e.stage); break;
      default: count(e.stage, (s) => applyTo(s, e));
    }
  }

  const show = (s: Stage): StageState => {
    const { state: { instances, ...state }, facts } = s;
    return (s.shown ??= {
      ...state,
      approvals: openApprovals(facts),
      triggers: facts.size > 0 ? triggersOf(facts) : undefined,
      instances: instances?.map(({ key }) => show(byKey.get(key)!)),
    });
  };

  function state(): ExecutionState {
    const { group } = x;
    return {
      ...x,
      group: group && { ...group, waiting: !isStarted && !x.cancelling && !x.result },
      debug: breakpoints.size > 0 || stop !== null ? { breakpoints: [...breakpoints].sort(), stoppedAt: stop } : undefined,
      progress: { ...x.progress },
      stages: (shown ??= planned.map(show)),
    };
  }

  from?.stages.forEach((stage, place) => {
    plan(restoreStage(stage, place + 1)).instances = stage.instances?.map((instance) => note(restoreStage(instance, place + 1)).state);
  });
  return {
    apply, applyPlan, state,
    get seq() { return x.seq; },
    get missingPlan() { return missingPlan; },
  };
}

/** Folds events to the state that they come to, after another state or from the start. */
export function foldExecution(events: Iterable<ExecutionEvent>, from?: ExecutionState): ExecutionState {
  const fold = createFold(from);
  for (const e of events) fold.apply(e);
  return fold.state();
}
