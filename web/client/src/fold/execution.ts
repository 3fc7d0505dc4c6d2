import type { EventOf, ExecutionEvent, ExecutionPlan, ExecutionTotals } from './event.js';
import { answer, closeApprovals, evaluate, request, withdraw } from './facts.js';
import { endStage, newStage, resetStage, restoreStage, stageState, startStage, waitStage } from './stage.js';
import type { Stage } from './stage.js';
import type { ErrorState, ExecutionState, ExecutionStatus, ProgressState, ResultState, StageState } from './state.js';
import { addMoney, errorOf, orNull, timeOf } from './values.js';

type Bucket = Exclude<keyof ProgressState, 'total'>;

/** What `execution.created` says for good. */
type Head = Pick<
  ExecutionState,
  'id' | 'pipelineId' | 'pipelineName' | 'version' | 'definitionHash' | 'priority' | 'requestedBy' | 'schedule' | 'labels' | 'parent' | 'createdAt' | 'input'
> & { group: { name: string; limit: number } | null };

/** What changes while it runs. */
interface Course {
  status: ExecutionStatus;
  cancelling: boolean;
  reason: string | null;
  turn: number;
  startedAt: number | null;
  endedAt: number | null;
  result: ResultState['status'] | null;
  output: unknown;
  error: ErrorState | null;
  failedStage: string | null;
  totals: ExecutionTotals | null;
  currentStage: number;
  cost: number;
}

const bucketOf = (status: string): Bucket =>
  status === 'cancelled' ? 'skipped' : status === 'completed' || status === 'failed' || status === 'running' || status === 'skipped' ? status : 'pending';

/**
 * Folds the events of one execution to the state that `GET /api/executions/{id}` gives. It may begin with such a state, and
 * then takes the events after its `seq`. Types that it does not know change nothing but the sequence.
 */
export class ExecutionFold {
  /** The sequence of the last event applied. */
  seq = 0;

  /** The reference of a plan too large for its event, until `applyPlan` is called with what it stands for. */
  missingPlan: string | null = null;

  readonly #byKey = new Map<string, Stage>();
  readonly #planned: Stage[] = [];
  readonly #instances = new Map<string, Stage[]>();
  #counts: ProgressState = { total: 0, completed: 0, failed: 0, running: 0, pending: 0, skipped: 0 };
  #breakpoints = new Set<string>();
  #stop: string | null = null;
  #head: Head = {
    id: '', pipelineId: '', pipelineName: '', version: null, definitionHash: '', priority: 'medium', requestedBy: null,
    schedule: null, labels: {}, parent: null, createdAt: 0, input: null, group: null,
  };
  #x: Course = {
    status: 'queued', cancelling: false, reason: null, turn: 1, startedAt: null, endedAt: null,
    result: null, output: null, error: null, failedStage: null, totals: null, currentStage: 0, cost: 0,
  };

  constructor(from?: ExecutionState) {
    if (from) this.#restore(from);
  }

  get status(): ExecutionStatus {
    return this.#x.status;
  }

  /** Applies the next event. */
  apply(e: ExecutionEvent): void {
    this.seq = e.seq;
    const x = this.#x;
    switch (e.type) {
      case 'execution.created': this.#create(e); break;
      case 'execution.started': x.status = 'running'; x.startedAt = timeOf(e.time); break;
      case 'execution.paused': x.status = 'paused'; x.reason = orNull(e.data.reason); break;
      case 'execution.resumed': x.status = this.#unpaused(); x.reason = null; break;
      case 'execution.cancelling':
        x.cancelling = true;
        x.reason = orNull(e.data.reason);
        this.#stop = null;
        if (x.status === 'paused') x.status = this.#unpaused();
        break;
      case 'execution.completed':
        this.#end(e.time, 'completed', e.data.result ?? 'success', e.data.totals);
        x.output = orNull(e.data.output);
        break;
      case 'execution.failed':
        this.#end(e.time, 'failed', 'failed', e.data.totals);
        x.error = errorOf(e.data.error);
        x.failedStage = orNull(e.data.failedStage);
        break;
      case 'execution.cancelled':
        this.#end(e.time, 'cancelled', 'cancelled', e.data.totals);
        x.reason = e.data.reason ?? x.reason;
        break;
      case 'execution.reopened': this.#reopen(e); break;
      case 'debug.breakpoint.set': this.#breakpoints.add(e.stage); break;
      case 'debug.breakpoint.cleared': this.#breakpoints.delete(e.stage); break;
      default: {
        const stage = e.stage === undefined ? undefined : this.#byKey.get(e.stage);
        if (stage) this.#applyTo(stage, e);
      }
    }
  }

  /** Gives a plan that was kept apart from its event; events after that one wait until this is done. */
  applyPlan(plan: ExecutionPlan | null | undefined): void {
    this.missingPlan = null;
    if (this.#planned.length > 0 || !plan) return;
    for (const node of plan.stages) this.#plan(newStage(node.id, node.id, node.name ?? node.id, node.type ?? '', this.#planned.length + 1, -1));
    this.#counts.total = this.#counts.pending = this.#planned.length;
  }

  /** Gives the state as the API writes it, as a value of its own. */
  state(): ExecutionState {
    const x = this.#x;
    const { group, ...head } = this.#head;
    return {
      ...head,
      seq: this.seq,
      status: x.status,
      cancelling: x.cancelling,
      reason: x.reason,
      turn: x.turn,
      ...(group ? { group: { ...group, waiting: x.startedAt === null && !x.cancelling && x.result === null } } : {}),
      ...(this.#breakpoints.size > 0 || this.#stop !== null ? { debug: { breakpoints: [...this.#breakpoints].sort(), stoppedAt: this.#stop } } : {}),
      startTime: x.startedAt ?? head.createdAt,
      endTime: x.endedAt,
      currentStage: x.currentStage,
      totalStages: this.#counts.total,
      progress: { ...this.#counts },
      cost: x.cost,
      error: x.error,
      failedStage: x.failedStage,
      result: x.result === null ? null : {
        status: x.result,
        output: x.output,
        error: x.error?.message ?? null,
        ...(x.totals ? { summary: summaryOf(x.totals) } : {}),
      },
      stages: this.#planned.map((s) => stageState(s, (id) => this.#instances.get(id) ?? [])),
    };
  }

  #create(e: EventOf<'execution.created'>) {
    const data = e.data;
    this.#head = {
      id: e.executionId, pipelineId: data.pipelineId ?? '', pipelineName: data.name ?? '', version: orNull(data.version),
      definitionHash: data.definitionHash ?? '', priority: data.priority ?? 'medium', requestedBy: orNull(data.requestedBy),
      schedule: data.schedule ? { id: data.schedule.id, time: Date.parse(data.schedule.time) } : null,
      labels: data.labels ?? {},
      parent: data.parent ? { executionId: data.parent.executionId, stage: data.parent.stage, attempt: data.parent.attempt } : null,
      createdAt: Date.parse(e.time), input: orNull(data.input),
      group: data.group ? { name: data.group.name, limit: data.group.limit } : null,
    };
    this.#x.status = 'queued';
    this.#breakpoints = new Set(data.breakpoints ?? []);
    const plan = data.plan as ExecutionPlan | { ref: string } | null | undefined;
    if (plan && 'ref' in plan) this.missingPlan = plan.ref;
    else this.applyPlan(plan);
  }

  #end(time: string, status: ExecutionStatus, result: ResultState['status'], totals: ExecutionTotals | undefined) {
    Object.assign(this.#x, { status, endedAt: timeOf(time), result, totals: orNull(totals), cancelling: false } satisfies Partial<Course>);
    this.#stop = null;
  }

  #reopen(e: EventOf<'execution.reopened'>) {
    Object.assign(this.#x, {
      turn: e.data.turn, status: 'queued', startedAt: null, endedAt: null, result: null, output: null, error: null,
      failedStage: null, totals: null, reason: null,
    } satisfies Partial<Course>);
    for (const key of e.data.stages ?? []) {
      const stage = this.#byKey.get(key);
      if (!stage) continue;
      this.#count(stage, stage.status, 'pending');
      resetStage(stage);
    }
  }

  #applyTo(s: Stage, e: ExecutionEvent) {
    const before = s.status;
    switch (e.type) {
      case 'stage.queued':
        Object.assign(s, { status: 'queued', queuedAt: timeOf(e.time), waitingFor: null, due: null } satisfies Partial<Stage>);
        closeApprovals(s.facts);
        break;
      case 'stage.waiting': waitStage(s, e.data); break;
      case 'stage.started': this.#start(s, e); break;
      case 'stage.expanded': this.#expand(s, e); break;
      case 'stage.completed':
        this.#addUsage(s, e.data);
        s.output = orNull(e.data.output);
        s.error = null;
        if (e.data.willRepeat) Object.assign(s, { status: 'waiting', waitingFor: 'repeat', due: timeOf(e.data.repeatAt) } satisfies Partial<Stage>);
        else endStage(s, e.time, 'completed');
        break;
      case 'stage.failed':
        this.#addUsage(s, e.data);
        s.error = errorOf(e.data.error);
        s.output = orNull(e.data.output);
        if (e.data.willRetry) Object.assign(s, { status: 'waiting', waitingFor: 'retry', due: timeOf(e.data.retryAt) } satisfies Partial<Stage>);
        else endStage(s, e.time, 'failed');
        break;
      case 'stage.skipped': endStage(s, e.time, 'skipped'); s.reason = e.data.reason ?? ''; break;
      case 'stage.cancelled':
        endStage(s, e.time, 'cancelled');
        s.reason = e.data.reason ?? '';
        s.duration = e.data.duration ?? s.duration;
        break;
      case 'stage.undo.started': s.undo = 'running'; break;
      case 'stage.undo.completed': s.undo = 'completed'; break;
      case 'stage.undo.failed': s.undo = 'failed'; break;
      case 'trigger.evaluated': evaluate(s.facts, e); break;
      case 'approval.requested': request(s.facts, e); break;
      case 'approval.granted':
      case 'approval.rejected': answer(s.facts, e); break;
      case 'approval.withdrawn': withdraw(s.facts, e); break;
      case 'debug.paused':
        this.#stop = s.key;
        this.#x.status = 'paused';
        Object.assign(s, { status: 'blocked', waitingFor: 'breakpoint', due: null } satisfies Partial<Stage>);
        closeApprovals(s.facts);
        break;
      case 'debug.resumed':
        this.#stop = null;
        this.#x.status = this.#unpaused();
        if (s.waitingFor === 'breakpoint') Object.assign(s, { status: 'queued', waitingFor: null } satisfies Partial<Stage>);
        break;
    }
    if (before !== s.status) this.#count(s, before, s.status);
  }

  #start(s: Stage, e: EventOf<'stage.started'>) {
    startStage(s, e);
    this.#x.currentStage = s.position;
    const parent = this.#planned[s.position - 1];
    if (s.index < 0 || !parent || parent.status === 'running') return;
    this.#count(parent, parent.status, 'running');
    parent.status = 'running';
    parent.startedAt = timeOf(e.time);
  }

  #expand(s: Stage, e: EventOf<'stage.expanded'>) {
    Object.assign(s, { count: e.data.count, queuedAt: s.queuedAt ?? timeOf(e.time), status: 'queued', waitingFor: null, due: null } satisfies Partial<Stage>);
    closeApprovals(s.facts);
    const list: Stage[] = [];
    for (let i = 0; i < e.data.count; i++) {
      const key = `${s.id}[${i}]`;
      const instance = this.#byKey.get(key) ?? newStage(key, s.id, s.name, s.type, s.position, i);
      this.#byKey.set(key, instance);
      list.push(instance);
    }
    this.#instances.set(s.id, list);
  }

  #addUsage(s: Stage, data: { duration: number; cost?: number }) {
    s.inAttempt = false;
    closeApprovals(s.facts);
    s.duration = data.duration ?? 0;
    if (data.cost == null) return;
    s.cost = addMoney(s.cost ?? 0, data.cost);
    this.#x.cost = addMoney(this.#x.cost, data.cost);
  }

  #count(stage: Stage, from: string, to: string) {
    if (stage.index >= 0) return;
    this.#counts[bucketOf(from)]--;
    this.#counts[bucketOf(to)]++;
  }

  #plan(stage: Stage) {
    this.#planned.push(stage);
    this.#byKey.set(stage.key, stage);
  }

  #unpaused(): ExecutionStatus {
    return this.#x.startedAt === null ? 'queued' : 'running';
  }

  #restore(from: ExecutionState) {
    this.seq = from.seq;
    this.#head = {
      id: from.id, pipelineId: from.pipelineId, pipelineName: from.pipelineName, version: from.version, definitionHash: from.definitionHash,
      priority: from.priority, requestedBy: from.requestedBy, schedule: from.schedule, labels: from.labels, parent: from.parent,
      createdAt: from.createdAt, input: from.input, group: from.group ? { name: from.group.name, limit: from.group.limit } : null,
    };
    this.#breakpoints = new Set(from.debug?.breakpoints);
    this.#stop = from.debug?.stoppedAt ?? null;
    this.#counts = { ...from.progress };
    const summary = from.result?.summary;
    Object.assign(this.#x, {
      status: from.status, cancelling: from.cancelling, reason: from.reason, turn: from.turn, startedAt: hasStarted(from) ? from.startTime : null,
      endedAt: from.endTime, result: from.result?.status ?? null, output: from.result?.output ?? null, error: from.error,
      failedStage: from.failedStage, currentStage: from.currentStage, cost: from.cost,
      totals: summary ? {
        duration: summary.totalDuration, cost: summary.totalCost, stagesRun: summary.stagesRun,
        stagesSkipped: summary.stagesSkipped, stagesFailed: summary.stagesFailed,
      } : null,
    } satisfies Course);
    from.stages.forEach((stage, place) => this.#restoreStage(stage, place + 1));
  }

  #restoreStage(from: StageState, position: number) {
    this.#plan(restoreStage(from, position, -1));
    if (!from.instances) return;
    const instances = from.instances.map((instance, index) => restoreStage(instance, position, index));
    for (const instance of instances) this.#byKey.set(instance.key, instance);
    this.#instances.set(from.id, instances);
  }
}

/** Folds events to the state that they come to, after another state or from the start. */
export function foldExecution(events: Iterable<ExecutionEvent>, from?: ExecutionState): ExecutionState {
  const fold = new ExecutionFold(from);
  for (const e of events) fold.apply(e);
  return fold.state();
}

// The state shows the time of creation where nothing has started yet.
const hasStarted = (from: ExecutionState): boolean =>
  from.status !== 'queued' && (from.startTime !== from.createdAt || from.status === 'running' || from.stages.some((s) => s.startTime !== null));

const summaryOf = (totals: ExecutionTotals) => ({
  totalDuration: totals.duration, totalCost: totals.cost, stagesRun: totals.stagesRun, stagesSkipped: totals.stagesSkipped, stagesFailed: totals.stagesFailed,
});
