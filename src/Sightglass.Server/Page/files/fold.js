// Built from web/client/src/fold by `npm run page-fold` there: change that, not this.
// src/fold/values.ts
/** Milliseconds since 1970 of a recorded time; null where there is none. */
var timeOf = (text) => text == null ? null : Date.parse(text);
var orNull = (value) => value === void 0 ? null : value;
var addMoney = (a, b) => Math.round((a + b) * 0xe8d4a51000) / 0xe8d4a51000;
var errorOf = (error) => error ? {
	code: error.code,
	message: error.message,
	detail: orNull(error.detail)
} : null;
// src/fold/facts.ts
var newFact = (kind) => ({
	kind,
	result: null,
	why: null,
	since: null,
	due: null,
	deadline: null,
	timedOut: null,
	cancelled: false,
	isOpen: false,
	by: [],
	message: null
});
var sorted = (facts) => [...facts].sort(([a], [b]) => a - b);
function change(facts, number, to) {
	facts.set(number, {
		...facts.get(number) ?? newFact("approval"),
		...to
	});
}
/** A timer has started: the first that waits and has no time yet; a trigger may have several, each with its own. */
function startTimer(facts, until) {
	for (const [number, fact] of sorted(facts)) {
		if (fact.kind !== "timer" || fact.result !== false || fact.cancelled || fact.timedOut !== null || fact.due !== null) continue;
		change(facts, number, { due: until });
		return;
	}
}
function evaluate(facts, e) {
	const data = e.data;
	const known = facts.get(data.trigger);
	const result = data.type === "approval" && data.timedOut === void 0 ? known?.result ?? null : data.result;
	change(facts, data.trigger, {
		kind: known?.kind ?? data.type,
		result,
		why: orNull(data.why),
		since: known && known.result === result ? known.since : timeOf(e.time),
		deadline: data.deadline === void 0 ? known?.deadline ?? null : timeOf(data.deadline),
		timedOut: data.timedOut ?? known?.timedOut ?? null,
		cancelled: data.cancelled ?? false
	});
}
function request(facts, e) {
	const data = e.data;
	facts.set(data.trigger, {
		...newFact("approval"),
		isOpen: true,
		since: timeOf(e.time),
		due: timeOf(data.deadline),
		deadline: facts.get(data.trigger)?.deadline ?? null,
		by: data.by ?? [],
		message: orNull(data.message)
	});
}
function answer(facts, e) {
	const granted = e.type === "approval.granted";
	const why = (granted ? "granted" : "rejected") + (e.data.by == null ? "" : ` by ${e.data.by}`);
	change(facts, e.data.trigger, {
		isOpen: false,
		result: granted,
		since: timeOf(e.time),
		why
	});
}
function withdraw(facts, e) {
	const fact = facts.get(e.data.trigger);
	if (!fact) return;
	const told = fact.timedOut === null ? {
		cancelled: true,
		why: orNull(e.data.reason),
		since: timeOf(e.time)
	} : {};
	change(facts, e.data.trigger, {
		isOpen: false,
		...told
	});
}
/** Takes back the questions that nobody has answered: what they were asked for has been decided without them. */
function closeApprovals(facts) {
	for (const fact of facts.values()) fact.isOpen = false;
}
var openApprovals = (facts) => sorted(facts).filter(([, fact]) => fact.isOpen).map(([trigger, fact]) => ({
	trigger,
	by: fact.by,
	message: fact.message,
	deadline: fact.due
}));
var triggersOf = (facts) => sorted(facts).map(([trigger, fact]) => ({
	trigger,
	type: fact.kind,
	result: fact.result,
	why: fact.why,
	since: fact.since,
	deadline: fact.deadline ?? fact.due,
	timedOut: fact.timedOut,
	cancelled: fact.cancelled
}));
/** Turns back what a state says of triggers. Which of its two times a deadline was shows only while the question is open. */
function restoreFacts(triggers, approvals) {
	const facts = /* @__PURE__ */ new Map();
	for (const t of triggers) {
		const isTimer = t.type === "timer";
		facts.set(t.trigger, {
			...newFact(t.type),
			result: t.result,
			why: t.why,
			since: t.since,
			timedOut: t.timedOut,
			cancelled: t.cancelled,
			due: isTimer ? t.deadline : null,
			deadline: isTimer ? null : t.deadline
		});
	}
	for (const a of approvals) {
		const fact = facts.get(a.trigger) ?? newFact("approval");
		facts.set(a.trigger, {
			...fact,
			isOpen: true,
			by: a.by,
			message: a.message,
			due: a.deadline,
			deadline: fact.deadline === a.deadline ? null : fact.deadline
		});
	}
	return facts;
}
// src/fold/stage.ts
var newStage = (key, id, name, type, position, index) => ({
	key,
	id,
	name,
	type,
	position,
	index,
	status: "pending",
	attempt: 0,
	inAttempt: false,
	iteration: 0,
	queuedAt: null,
	startedAt: null,
	endedAt: null,
	duration: null,
	cost: null,
	waitingFor: null,
	due: null,
	reason: null,
	error: null,
	input: null,
	output: null,
	child: null,
	undo: null,
	count: null,
	facts: /* @__PURE__ */ new Map()
});
/** Starts a stage over in the next turn; what it cost stays. */
function resetStage(s) {
	Object.assign(s, {
		status: "pending",
		iteration: 0,
		queuedAt: null,
		startedAt: null,
		endedAt: null,
		duration: null,
		output: null,
		error: null,
		reason: null,
		waitingFor: null,
		due: null,
		child: null,
		count: null,
		undo: null,
		facts: /* @__PURE__ */ new Map()
	});
}
function endStage(s, time, status) {
	Object.assign(s, {
		status,
		inAttempt: false,
		endedAt: timeOf(time),
		waitingFor: null,
		due: null
	});
	closeApprovals(s.facts);
}
function waitStage(s, data) {
	s.status = data.for === "approval" ? "blocked" : "waiting";
	s.waitingFor = data.for ?? "";
	s.due = timeOf(data.until);
	if (!s.inAttempt && data.for === "timer") startTimer(s.facts, s.due);
}
function startStage(s, e) {
	const data = e.data;
	Object.assign(s, {
		status: "running",
		attempt: e.attempt ?? 0,
		iteration: e.iteration ?? 0,
		startedAt: timeOf(e.time),
		endedAt: null,
		inAttempt: true,
		input: orNull(data.input),
		child: orNull(data.child),
		due: timeOf(data.until),
		waitingFor: null,
		reason: null
	});
	closeApprovals(s.facts);
}
/** Gives a stage as the API writes it. */
function stageState(s, instances) {
	const state = {
		key: s.key,
		id: s.id,
		name: s.name,
		type: s.type,
		status: s.status,
		attempt: s.attempt,
		iteration: s.iteration,
		queuedAt: s.queuedAt,
		startTime: s.startedAt,
		endTime: s.endedAt,
		duration: s.duration,
		cost: s.cost,
		waitingFor: s.waitingFor,
		due: s.due,
		reason: s.reason,
		error: s.error,
		input: s.input,
		output: s.output,
		child: s.child,
		undo: s.undo,
		approvals: openApprovals(s.facts)
	};
	if (s.facts.size > 0) state.triggers = triggersOf(s.facts);
	if (s.count !== null && s.index < 0) {
		state.count = s.count;
		state.instances = instances(s.id).map((instance) => stageState(instance, instances));
	}
	return state;
}
/** Turns back what `stageState` gave, so that later events can be applied. */
function restoreStage(from, position, index) {
	const betweenAttempts = from.waitingFor === "retry" || from.waitingFor === "repeat" || from.waitingFor === "breakpoint";
	const waits = (from.status === "waiting" || from.status === "blocked") && !betweenAttempts;
	return {
		key: from.key,
		id: from.id,
		name: from.name,
		type: from.type,
		position,
		index,
		status: from.status,
		attempt: from.attempt,
		inAttempt: from.startTime !== null && from.endTime === null && (from.status === "running" || waits),
		iteration: from.iteration,
		queuedAt: from.queuedAt,
		startedAt: from.startTime,
		endedAt: from.endTime,
		duration: from.duration,
		cost: from.cost,
		waitingFor: from.waitingFor,
		due: from.due,
		reason: from.reason,
		error: from.error,
		input: from.input,
		output: from.output,
		child: from.child,
		undo: from.undo,
		count: from.count ?? null,
		facts: restoreFacts(from.triggers ?? [], from.approvals)
	};
}
// src/fold/execution.ts
var bucketOf = (status) => status === "cancelled" ? "skipped" : status === "completed" || status === "failed" || status === "running" || status === "skipped" ? status : "pending";
/**
* Folds the events of one execution to the state that `GET /api/executions/{id}` gives. It may begin with such a state, and
* then takes the events after its `seq`. Types that it does not know change nothing but the sequence.
*/
var ExecutionFold = class {
	/** The sequence of the last event applied. */
	seq = 0;
	/** The reference of a plan too large for its event, until `applyPlan` is called with what it stands for. */
	missingPlan = null;
	#byKey = /* @__PURE__ */ new Map();
	#planned = [];
	#instances = /* @__PURE__ */ new Map();
	#counts = {
		total: 0,
		completed: 0,
		failed: 0,
		running: 0,
		pending: 0,
		skipped: 0
	};
	#breakpoints = /* @__PURE__ */ new Set();
	#stop = null;
	#head = {
		id: "",
		pipelineId: "",
		pipelineName: "",
		version: null,
		definitionHash: "",
		priority: "medium",
		requestedBy: null,
		schedule: null,
		labels: {},
		parent: null,
		createdAt: 0,
		input: null,
		group: null
	};
	#x = {
		status: "queued",
		cancelling: false,
		reason: null,
		turn: 1,
		startedAt: null,
		endedAt: null,
		result: null,
		output: null,
		error: null,
		failedStage: null,
		totals: null,
		currentStage: 0,
		cost: 0
	};
	constructor(from) {
		if (from) this.#restore(from);
	}
	get status() {
		return this.#x.status;
	}
	/** Applies the next event. */
	apply(e) {
		this.seq = e.seq;
		const x = this.#x;
		switch (e.type) {
			case "execution.created":
				this.#create(e);
				break;
			case "execution.started":
				x.status = "running";
				x.startedAt = timeOf(e.time);
				break;
			case "execution.paused":
				x.status = "paused";
				x.reason = orNull(e.data.reason);
				break;
			case "execution.resumed":
				x.status = this.#unpaused();
				x.reason = null;
				break;
			case "execution.cancelling":
				x.cancelling = true;
				x.reason = orNull(e.data.reason);
				this.#stop = null;
				if (x.status === "paused") x.status = this.#unpaused();
				break;
			case "execution.completed":
				this.#end(e.time, "completed", e.data.result ?? "success", e.data.totals);
				x.output = orNull(e.data.output);
				break;
			case "execution.failed":
				this.#end(e.time, "failed", "failed", e.data.totals);
				x.error = errorOf(e.data.error);
				x.failedStage = orNull(e.data.failedStage);
				break;
			case "execution.cancelled":
				this.#end(e.time, "cancelled", "cancelled", e.data.totals);
				x.reason = e.data.reason ?? x.reason;
				break;
			case "execution.reopened":
				this.#reopen(e);
				break;
			case "debug.breakpoint.set":
				this.#breakpoints.add(e.stage);
				break;
			case "debug.breakpoint.cleared":
				this.#breakpoints.delete(e.stage);
				break;
			default: {
				const stage = e.stage === void 0 ? void 0 : this.#byKey.get(e.stage);
				if (stage) this.#applyTo(stage, e);
			}
		}
	}
	/** Gives a plan that was kept apart from its event; events after that one wait until this is done. */
	applyPlan(plan) {
		this.missingPlan = null;
		if (this.#planned.length > 0 || !plan) return;
		for (const node of plan.stages) this.#plan(newStage(node.id, node.id, node.name ?? node.id, node.type ?? "", this.#planned.length + 1, -1));
		this.#counts.total = this.#counts.pending = this.#planned.length;
	}
	/** Gives the state as the API writes it, as a value of its own. */
	state() {
		const x = this.#x;
		const { group, ...head } = this.#head;
		return {
			...head,
			seq: this.seq,
			status: x.status,
			cancelling: x.cancelling,
			reason: x.reason,
			turn: x.turn,
			...group ? { group: {
				...group,
				waiting: x.startedAt === null && !x.cancelling && x.result === null
			} } : {},
			...this.#breakpoints.size > 0 || this.#stop !== null ? { debug: {
				breakpoints: [...this.#breakpoints].sort(),
				stoppedAt: this.#stop
			} } : {},
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
				...x.totals ? { summary: summaryOf(x.totals) } : {}
			},
			stages: this.#planned.map((s) => stageState(s, (id) => this.#instances.get(id) ?? []))
		};
	}
	#create(e) {
		const data = e.data;
		this.#head = {
			id: e.executionId,
			pipelineId: data.pipelineId ?? "",
			pipelineName: data.name ?? "",
			version: orNull(data.version),
			definitionHash: data.definitionHash ?? "",
			priority: data.priority ?? "medium",
			requestedBy: orNull(data.requestedBy),
			schedule: data.schedule ? {
				id: data.schedule.id,
				time: Date.parse(data.schedule.time)
			} : null,
			labels: data.labels ?? {},
			parent: data.parent ? {
				executionId: data.parent.executionId,
				stage: data.parent.stage,
				attempt: data.parent.attempt
			} : null,
			createdAt: Date.parse(e.time),
			input: orNull(data.input),
			group: data.group ? {
				name: data.group.name,
				limit: data.group.limit
			} : null
		};
		this.#x.status = "queued";
		this.#breakpoints = new Set(data.breakpoints ?? []);
		const plan = data.plan;
		if (plan && "ref" in plan) this.missingPlan = plan.ref;
		else this.applyPlan(plan);
	}
	#end(time, status, result, totals) {
		Object.assign(this.#x, {
			status,
			endedAt: timeOf(time),
			result,
			totals: orNull(totals),
			cancelling: false
		});
		this.#stop = null;
	}
	#reopen(e) {
		Object.assign(this.#x, {
			turn: e.data.turn,
			status: "queued",
			startedAt: null,
			endedAt: null,
			result: null,
			output: null,
			error: null,
			failedStage: null,
			totals: null,
			reason: null
		});
		for (const key of e.data.stages ?? []) {
			const stage = this.#byKey.get(key);
			if (!stage) continue;
			this.#count(stage, stage.status, "pending");
			resetStage(stage);
		}
	}
	#applyTo(s, e) {
		const before = s.status;
		switch (e.type) {
			case "stage.queued":
				Object.assign(s, {
					status: "queued",
					queuedAt: timeOf(e.time),
					waitingFor: null,
					due: null
				});
				closeApprovals(s.facts);
				break;
			case "stage.waiting":
				waitStage(s, e.data);
				break;
			case "stage.started":
				this.#start(s, e);
				break;
			case "stage.expanded":
				this.#expand(s, e);
				break;
			case "stage.completed":
				this.#addUsage(s, e.data);
				s.output = orNull(e.data.output);
				s.error = null;
				if (e.data.willRepeat) Object.assign(s, {
					status: "waiting",
					waitingFor: "repeat",
					due: timeOf(e.data.repeatAt)
				});
				else endStage(s, e.time, "completed");
				break;
			case "stage.failed":
				this.#addUsage(s, e.data);
				s.error = errorOf(e.data.error);
				s.output = orNull(e.data.output);
				if (e.data.willRetry) Object.assign(s, {
					status: "waiting",
					waitingFor: "retry",
					due: timeOf(e.data.retryAt)
				});
				else endStage(s, e.time, "failed");
				break;
			case "stage.skipped":
				endStage(s, e.time, "skipped");
				s.reason = e.data.reason ?? "";
				break;
			case "stage.cancelled":
				endStage(s, e.time, "cancelled");
				s.reason = e.data.reason ?? "";
				s.duration = e.data.duration ?? s.duration;
				break;
			case "stage.undo.started":
				s.undo = "running";
				break;
			case "stage.undo.completed":
				s.undo = "completed";
				break;
			case "stage.undo.failed":
				s.undo = "failed";
				break;
			case "trigger.evaluated":
				evaluate(s.facts, e);
				break;
			case "approval.requested":
				request(s.facts, e);
				break;
			case "approval.granted":
			case "approval.rejected":
				answer(s.facts, e);
				break;
			case "approval.withdrawn":
				withdraw(s.facts, e);
				break;
			case "debug.paused":
				this.#stop = s.key;
				this.#x.status = "paused";
				Object.assign(s, {
					status: "blocked",
					waitingFor: "breakpoint",
					due: null
				});
				closeApprovals(s.facts);
				break;
			case "debug.resumed":
				this.#stop = null;
				this.#x.status = this.#unpaused();
				if (s.waitingFor === "breakpoint") Object.assign(s, {
					status: "queued",
					waitingFor: null
				});
		}
		if (before !== s.status) this.#count(s, before, s.status);
	}
	#start(s, e) {
		startStage(s, e);
		this.#x.currentStage = s.position;
		const parent = this.#planned[s.position - 1];
		if (s.index < 0 || !parent || parent.status === "running") return;
		this.#count(parent, parent.status, "running");
		parent.status = "running";
		parent.startedAt = timeOf(e.time);
	}
	#expand(s, e) {
		Object.assign(s, {
			count: e.data.count,
			queuedAt: s.queuedAt ?? timeOf(e.time),
			status: "queued",
			waitingFor: null,
			due: null
		});
		closeApprovals(s.facts);
		const list = [];
		for (let i = 0; i < e.data.count; i++) {
			const key = `${s.id}[${i}]`;
			const instance = this.#byKey.get(key) ?? newStage(key, s.id, s.name, s.type, s.position, i);
			this.#byKey.set(key, instance);
			list.push(instance);
		}
		this.#instances.set(s.id, list);
	}
	#addUsage(s, data) {
		s.inAttempt = false;
		closeApprovals(s.facts);
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
	#plan(stage) {
		this.#planned.push(stage);
		this.#byKey.set(stage.key, stage);
	}
	#unpaused() {
		return this.#x.startedAt === null ? "queued" : "running";
	}
	#restore(from) {
		this.seq = from.seq;
		this.#head = {
			id: from.id,
			pipelineId: from.pipelineId,
			pipelineName: from.pipelineName,
			version: from.version,
			definitionHash: from.definitionHash,
			priority: from.priority,
			requestedBy: from.requestedBy,
			schedule: from.schedule,
			labels: from.labels,
			parent: from.parent,
			createdAt: from.createdAt,
			input: from.input,
			group: from.group ? {
				name: from.group.name,
				limit: from.group.limit
			} : null
		};
		this.#breakpoints = new Set(from.debug?.breakpoints);
		this.#stop = from.debug?.stoppedAt ?? null;
		this.#counts = { ...from.progress };
		const summary = from.result?.summary;
		Object.assign(this.#x, {
			status: from.status,
			cancelling: from.cancelling,
			reason: from.reason,
			turn: from.turn,
			startedAt: hasStarted(from) ? from.startTime : null,
			endedAt: from.endTime,
			result: from.result?.status ?? null,
			output: from.result?.output ?? null,
			error: from.error,
			failedStage: from.failedStage,
			currentStage: from.currentStage,
			cost: from.cost,
			totals: summary ? {
				duration: summary.totalDuration,
				cost: summary.totalCost,
				stagesRun: summary.stagesRun,
				stagesSkipped: summary.stagesSkipped,
				stagesFailed: summary.stagesFailed
			} : null
		});
		from.stages.forEach((stage, place) => this.#restoreStage(stage, place + 1));
	}
	#restoreStage(from, position) {
		this.#plan(restoreStage(from, position, -1));
		if (!from.instances) return;
		const instances = from.instances.map((instance, index) => restoreStage(instance, position, index));
		for (const instance of instances) this.#byKey.set(instance.key, instance);
		this.#instances.set(from.id, instances);
	}
};
/** Folds events to the state that they come to, after another state or from the start. */
function foldExecution(events, from) {
	const fold = new ExecutionFold(from);
	for (const e of events) fold.apply(e);
	return fold.state();
}
var hasStarted = (from) => from.status !== "queued" && (from.startTime !== from.createdAt || from.status === "running" || from.stages.some((s) => s.startTime !== null));
var summaryOf = (totals) => ({
	totalDuration: totals.duration,
	totalCost: totals.cost,
	stagesRun: totals.stagesRun,
	stagesSkipped: totals.stagesSkipped,
	stagesFailed: totals.stagesFailed
});
// src/fold/state.ts
/** Tells whether an execution of this status has ended; only a person can open it again. */
var isTerminal = (status) => status === "completed" || status === "failed" || status === "cancelled";
export { ExecutionFold, foldExecution, isTerminal };
