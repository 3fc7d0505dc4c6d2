// Folds the events of one execution to the state that GET /api/executions/{id} gives. No DOM, no fetch: the same module
// is checked against recorded logs. Unknown types change nothing but the sequence.

const time = (text) => (text == null ? null : Date.parse(text));
const orNull = (value) => (value === undefined ? null : value);

// Costs are decimal on the server; adding binary fractions must not show as 0.30000000000000004.
const addMoney = (a, b) => Math.round((a + b) * 1e12) / 1e12;

const buckets = {
  completed: 'completed',
  failed: 'failed',
  running: 'running',
  skipped: 'skipped',
  cancelled: 'skipped',
};
const bucketOf = (status) => buckets[status] ?? 'pending';

export const isTerminal = (status) => status === 'completed' || status === 'failed' || status === 'cancelled';

export class Fold {
  #byKey = new Map();
  #planned = [];
  #instances = new Map();
  #counts = { total: 0, completed: 0, failed: 0, running: 0, pending: 0, skipped: 0 };
  #created = {};
  #breakpoints = new Set();
  #stop = null;
  #x = {
    id: null, status: 'queued', cancelling: false, reason: null, turn: 1, createdAt: null, startedAt: null, endedAt: null,
    result: null, output: null, error: null, failedStage: null, totals: null, currentStage: 0, cost: 0,
  };

  /** The sequence of the last event applied. */
  seq = 0;

  /** The reference of a plan too large for its event, until `applyPlan` is called with what it stands for. */
  missingPlan = null;

  get status() {
    return this.#x.status;
  }

  apply(e) {
    this.seq = e.seq;
    const data = e.data ?? {};
    const x = this.#x;
    switch (e.type) {
      case 'execution.created': this.#applyCreated(e, data); break;
      case 'execution.started': x.status = 'running'; x.startedAt = time(e.time); break;
      case 'execution.paused': x.status = 'paused'; x.reason = orNull(data.reason); break;
      case 'execution.resumed': x.status = x.startedAt === null ? 'queued' : 'running'; x.reason = null; break;
      case 'execution.cancelling':
        x.cancelling = true;
        x.reason = orNull(data.reason);
        this.#stop = null;
        if (x.status === 'paused') x.status = x.startedAt === null ? 'queued' : 'running';
        break;
      case 'execution.completed': this.#end(e, 'completed', data.result ?? 'success', data); x.output = orNull(data.output); break;
      case 'execution.failed':
        this.#end(e, 'failed', 'failed', data);
        x.error = errorOf(data.error);
        x.failedStage = orNull(data.failedStage);
        break;
      case 'execution.cancelled': this.#end(e, 'cancelled', 'cancelled', data); x.reason = data.reason ?? x.reason; break;
      case 'execution.reopened': this.#applyReopened(data); break;
      case 'debug.breakpoint.set': this.#breakpoints.add(e.stage); break;
      case 'debug.breakpoint.cleared': this.#breakpoints.delete(e.stage); break;
      default: {
        const stage = e.stage === undefined ? undefined : this.#byKey.get(e.stage);
        if (stage) this.#applyStage(stage, e, data);
      }
    }
  }

  applyPlan(plan) {
    this.missingPlan = null;
    if (this.#planned.length > 0 || !plan) return;
    for (const node of plan.stages) {
      const stage = newStage(node.id, node.id, node.name ?? node.id, node.type ?? '', this.#planned.length + 1, -1);
      this.#planned.push(stage);
      this.#byKey.set(stage.key, stage);
      this.#counts.total++;
      this.#counts.pending++;
    }
  }

  /** Gives the state as the API writes it. */
  toJSON() {
    const x = this.#x;
    const c = this.#created;
    return {
      id: x.id,
      seq: this.seq,
      pipelineId: c.pipelineId ?? '',
      pipelineName: c.name ?? '',
      version: orNull(c.version),
      definitionHash: c.definitionHash ?? '',
      status: x.status,
      cancelling: x.cancelling,
      reason: x.reason,
      turn: x.turn,
      priority: c.priority ?? 'medium',
      requestedBy: orNull(c.requestedBy),
      schedule: c.schedule ? { id: c.schedule.id, time: time(c.schedule.time) } : null,
      labels: c.labels ?? {},
      ...(c.group ? { group: { name: c.group.name, limit: c.group.limit, waiting: this.#awaitsGroup() } } : {}),
      ...(this.#breakpoints.size > 0 || this.#stop !== null ? { debug: { breakpoints: [...this.#breakpoints].sort(), stoppedAt: this.#stop } } : {}),
      parent: c.parent ? { executionId: c.parent.executionId, stage: c.parent.stage, attempt: c.parent.attempt } : null,
      createdAt: x.createdAt,
      startTime: x.startedAt ?? x.createdAt,
      endTime: x.endedAt,
      currentStage: x.currentStage,
      totalStages: this.#counts.total,
      progress: { ...this.#counts },
      cost: x.cost,
      input: orNull(c.input),
      error: x.error,
      failedStage: x.failedStage,
      result: x.result === null ? null : this.#resultJson(),
      stages: this.#planned.map((stage) => this.#stageJson(stage)),
    };
  }

  #awaitsGroup() {
    const x = this.#x;
    return x.startedAt === null && !x.cancelling && x.result === null;
  }

  #resultJson() {
    const x = this.#x;
    const result = { status: x.result, output: x.output, error: x.error?.message ?? null };
    if (x.totals) {
      const t = x.totals;
      result.summary = {
        totalDuration: t.duration, totalCost: t.cost, stagesRun: t.stagesRun, stagesSkipped: t.stagesSkipped, stagesFailed: t.stagesFailed,
      };
    }
    return result;
  }

  #stageJson(s) {
    const json = {
      key: s.key, id: s.id, name: s.name, type: s.type, status: s.status, attempt: s.attempt, iteration: s.iteration,
      queuedAt: s.queuedAt, startTime: s.startedAt, endTime: s.endedAt, duration: s.duration, cost: s.cost,
      waitingFor: s.waitingFor, due: s.due, reason: s.reason, error: s.error, input: s.input, output: s.output,
      child: s.child, undo: s.undo, approvals: openApprovals(s),
    };
    if (s.facts.size > 0) json.triggers = triggersOf(s);
    if (s.count !== null && s.index < 0) {
      json.count = s.count;
      json.instances = (this.#instances.get(s.id) ?? []).map((instance) => this.#stageJson(instance));
    }
    return json;
  }

  #applyCreated(e, data) {
    this.#x.id = e.executionId;
    this.#created = data;
    this.#x.status = 'queued';
    this.#breakpoints = new Set(data.breakpoints ?? []);
    this.#x.createdAt = time(e.time);
    if (data.plan?.ref) this.missingPlan = data.plan.ref;
    else this.applyPlan(data.plan);
  }

  #end(e, status, result, data) {
    const x = this.#x;
    x.status = status;
    x.endedAt = time(e.time);
    x.result = result;
    x.totals = orNull(data.totals);
    x.cancelling = false;
    this.#stop = null;
  }

  #applyReopened(data) {
    const x = this.#x;
    Object.assign(x, {
      turn: data.turn, status: 'queued', startedAt: null, endedAt: null, result: null, output: null, error: null,
      failedStage: null, totals: null, reason: null,
    });
    for (const key of data.stages ?? []) {
      const stage = this.#byKey.get(key);
      if (!stage) continue;
      this.#count(stage, stage.status, 'pending');
      Object.assign(stage, {
        status: 'pending', iteration: 0, queuedAt: null, startedAt: null, endedAt: null, duration: null, output: null,
        error: null, reason: null, waitingFor: null, due: null, child: null, count: null, undo: null, facts: new Map(),
      });
    }
  }

  #applyStage(s, e, data) {
    const before = s.status;
    switch (e.type) {
      case 'stage.queued':
        Object.assign(s, { status: 'queued', queuedAt: time(e.time), waitingFor: null, due: null });
        closeApprovals(s);
        break;
      case 'stage.waiting': applyWaiting(s, data); break;
      case 'stage.started': this.#applyStarted(s, e, data); break;
      case 'stage.expanded': this.#applyExpanded(s, e, data); break;
      case 'stage.completed': this.#applyCompleted(s, e, data); break;
      case 'stage.failed': this.#applyFailed(s, e, data); break;
      case 'stage.skipped': endStage(s, e, 'skipped'); s.reason = data.reason ?? ''; break;
      case 'stage.cancelled': endStage(s, e, 'cancelled'); s.reason = data.reason ?? ''; s.duration = data.duration ?? s.duration; break;
      case 'stage.undo.started': s.undo = 'running'; break;
      case 'stage.undo.completed': s.undo = 'completed'; break;
      case 'stage.undo.failed': s.undo = 'failed'; break;
      case 'trigger.evaluated': applyEvaluated(s, e, data); break;
      case 'approval.requested': applyRequested(s, e, data); break;
      case 'approval.granted': answer(s, e, data, true); break;
      case 'approval.rejected': answer(s, e, data, false); break;
      case 'approval.withdrawn': withdraw(s, e, data); break;
      case 'debug.paused': this.#applyStop(s); break;
      case 'debug.resumed': this.#applyGoOn(s); break;
    }
    if (before !== s.status) this.#count(s, before, s.status);
  }

  #applyStop(s) {
    this.#stop = s.key;
    this.#x.status = 'paused';
    Object.assign(s, { status: 'blocked', waitingFor: 'breakpoint', due: null });
    closeApprovals(s);
  }

  #applyGoOn(s) {
    this.#stop = null;
    this.#x.status = this.#x.startedAt === null ? 'queued' : 'running';
    if (s.waitingFor === 'breakpoint') Object.assign(s, { status: 'queued', waitingFor: null });
  }

  #applyStarted(s, e, data) {
    Object.assign(s, {
      status: 'running', attempt: e.attempt ?? 0, iteration: e.iteration ?? 0, startedAt: time(e.time), endedAt: null,
      inAttempt: true, input: orNull(data.input), child: orNull(data.child), due: time(data.until), waitingFor: null, reason: null,
    });
    closeApprovals(s);
    this.#x.currentStage = s.position;
    if (s.index < 0) return;
    const parent = this.#planned[s.position - 1];
    if (parent.status === 'running') return;
    this.#count(parent, parent.status, 'running');
    parent.status = 'running';
    parent.startedAt = time(e.time);
  }

  #applyExpanded(s, e, data) {
    Object.assign(s, { count: data.count, queuedAt: s.queuedAt ?? time(e.time), status: 'queued', waitingFor: null, due: null });
    closeApprovals(s);
    const list = [];
    for (let i = 0; i < data.count; i++) {
      const key = `${s.id}[${i}]`;
      const instance = this.#byKey.get(key) ?? newStage(key, s.id, s.name, s.type, s.position, i);
      this.#byKey.set(key, instance);
      list.push(instance);
    }
    this.#instances.set(s.id, list);
  }

  #applyCompleted(s, e, data) {
    this.#addUsage(s, data);
    s.output = orNull(data.output);
    s.error = null;
    if (data.willRepeat) Object.assign(s, { status: 'waiting', waitingFor: 'repeat', due: time(data.repeatAt) });
    else endStage(s, e, 'completed');
  }

  #applyFailed(s, e, data) {
    this.#addUsage(s, data);
    s.error = errorOf(data.error);
    s.output = orNull(data.output);
    if (data.willRetry) Object.assign(s, { status: 'waiting', waitingFor: 'retry', due: time(data.retryAt) });
    else endStage(s, e, 'failed');
  }

  #addUsage(s, data) {
    s.inAttempt = false;
    closeApprovals(s);
    s.duration = data.duration ?? 0;
    if (data.cost == null) return;
    s.cost = addMoney(s.cost ?? 0, data.cost);
    this.#x.cost = addMoney(this.#x.cost, data.cost);
  }

  #count(stage, from, to) {
    if (stage.index >= 0) return;
    this.#counts[bucketOf(from)]--;
    this.#counts[bucketOf(to)]++;
  }
}

function newStage(key, id, name, type, position, index) {
  return {
    key, id, name, type, position, index, status: 'pending', attempt: 0, inAttempt: false, iteration: 0, queuedAt: null, startedAt: null,
    endedAt: null, duration: null, cost: null, waitingFor: null, due: null, reason: null, error: null, input: null,
    output: null, child: null, undo: null, count: null, facts: new Map(),
  };
}

function endStage(stage, e, status) {
  Object.assign(stage, { status, inAttempt: false, endedAt: time(e.time), waitingFor: null, due: null });
  closeApprovals(stage);
}

function applyWaiting(s, data) {
  Object.assign(s, { status: data.for === 'approval' ? 'blocked' : 'waiting', waitingFor: data.for ?? '', due: time(data.until) });
  if (s.inAttempt || data.for !== 'timer') return;

  // The timer that has just started; a trigger may have several, each with a time of its own.
  for (const [number, fact] of sorted(s.facts)) {
    if (fact.kind !== 'timer' || fact.result !== false || fact.cancelled || fact.timedOut !== null || fact.due !== null) continue;
    change(s, number, { due: time(data.until) });
    return;
  }
}

function applyEvaluated(s, e, data) {
  const known = s.facts.get(data.trigger);

  // Of an approval only what the clock says comes this way.
  const result = data.type === 'approval' && data.timedOut === undefined ? known?.result ?? null : data.result;
  change(s, data.trigger, {
    kind: known?.kind ?? data.type,
    result,
    why: orNull(data.why),
    since: known && known.result === result ? known.since : time(e.time),
    deadline: data.deadline === undefined ? known?.deadline ?? null : time(data.deadline),
    timedOut: data.timedOut ?? known?.timedOut ?? null,
    cancelled: data.cancelled ?? false,
  });
}

function applyRequested(s, e, data) {
  s.facts.set(data.trigger, {
    ...newFact('approval'),
    isOpen: true, since: time(e.time), due: time(data.deadline), deadline: s.facts.get(data.trigger)?.deadline ?? null,
    by: data.by ?? [], message: orNull(data.message),
  });
}

function answer(s, e, data, granted) {
  const why = (granted ? 'granted' : 'rejected') + (data.by == null ? '' : ` by ${data.by}`);
  change(s, data.trigger, { isOpen: false, result: granted, since: time(e.time), why });
}

function withdraw(s, e, data) {
  const fact = s.facts.get(data.trigger);
  if (!fact) return;

  // Where its time was over that was told already.
  const told = fact.timedOut === null ? { cancelled: true, why: orNull(data.reason), since: time(e.time) } : {};
  change(s, data.trigger, { isOpen: false, ...told });
}

/** Takes back the questions that nobody has answered: what they were asked for has been decided without them. */
function closeApprovals(s) {
  for (const fact of s.facts.values()) fact.isOpen = false;
}

function newFact(kind) {
  return {
    kind, result: null, why: null, since: null, due: null, deadline: null, timedOut: null, cancelled: false, isOpen: false, by: [], message: null,
  };
}

function change(s, number, to) {
  s.facts.set(number, { ...(s.facts.get(number) ?? newFact('approval')), ...to });
}

const sorted = (facts) => [...facts].sort(([a], [b]) => a - b);

function openApprovals(stage) {
  return sorted(stage.facts)
    .filter(([, fact]) => fact.isOpen)
    .map(([trigger, fact]) => ({ trigger, by: fact.by, message: fact.message, deadline: fact.due }));
}

function triggersOf(stage) {
  return sorted(stage.facts).map(([trigger, fact]) => ({
    trigger, type: fact.kind, result: fact.result, why: fact.why, since: fact.since, deadline: fact.deadline ?? fact.due,
    timedOut: fact.timedOut, cancelled: fact.cancelled,
  }));
}

function errorOf(error) {
  return error ? { code: error.code, message: error.message, detail: orNull(error.detail) } : null;
}
