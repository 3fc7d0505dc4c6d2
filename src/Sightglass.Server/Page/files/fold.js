// Built from web/client/src/fold by `npm run page-fold` there: change that, not this.
// src/fold/values.ts
/** Milliseconds since 1970 of a recorded time; null where there is none. */
var timeOf = (text) => text == null ? null : Date.parse(text);
var orNull = (value) => value === void 0 ? null : value;
var addMoney = (a, b) => Math.round((a + b) * 0xe8d4a51000) / 0xe8d4a51000;
var errorOf = (error) => error ? {
	detail: null,
	...error
} : null;
// src/fold/facts.ts
var newFact = (type) => ({
	type,
	result: null,
	why: null,
	since: null,
	deadline: null,
	timedOut: null,
	cancelled: false,
	due: null,
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
function startTimer(facts, due) {
	const next = sorted(facts).find(([, f]) => f.type === "timer" && f.result === false && !f.cancelled && f.timedOut === null && f.due === null);
	if (next) next[1].due = due;
}
function evaluate(facts, { time, data }) {
	const known = facts.get(data.trigger) ?? newFact(data.type);
	const result = data.type === "approval" && data.timedOut === void 0 ? known.result : data.result;
	change(facts, data.trigger, {
		...known,
		result,
		why: orNull(data.why),
		since: known.since !== null && known.result === result ? known.since : timeOf(time),
		deadline: data.deadline === void 0 ? known.deadline : timeOf(data.deadline),
		timedOut: data.timedOut ?? known.timedOut,
		cancelled: data.cancelled ?? false
	});
}
function request(facts, { time, data }) {
	change(facts, data.trigger, {
		...newFact("approval"),
		isOpen: true,
		since: timeOf(time),
		due: timeOf(data.deadline),
		deadline: facts.get(data.trigger)?.deadline ?? null,
		by: data.by,
		message: orNull(data.message)
	});
}
function answer(facts, { type, time, data }) {
	const why = type.slice(9) + (data.by == null ? "" : ` by ${data.by}`);
	change(facts, data.trigger, {
		isOpen: false,
		result: type === "approval.granted",
		since: timeOf(time),
		why
	});
}
function withdraw(facts, { time, data }) {
	const fact = facts.get(data.trigger);
	if (!fact) return;
	const told = fact.timedOut === null ? {
		cancelled: true,
		why: orNull(data.reason),
		since: timeOf(time)
	} : {};
	change(facts, data.trigger, {
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
var triggersOf = (facts) => sorted(facts).map(([trigger, { due, isOpen: _open, by: _by, message: _message, ...fact }]) => ({
	trigger,
	...fact,
	deadline: fact.deadline ?? due
}));
/** Turns back what a state says of triggers. Which of its two times a deadline was shows only while the question is open. */
function restoreFacts(triggers, approvals) {
	const facts = /* @__PURE__ */ new Map();
	for (const { trigger, deadline, ...fact } of triggers) facts.set(trigger, {
		...newFact(null),
		...fact,
		...fact.type === "timer" ? { due: deadline } : { deadline }
	});
	for (const { trigger, deadline: due, ...question } of approvals) {
		const deadline = facts.get(trigger)?.deadline;
		change(facts, trigger, {
			...question,
			isOpen: true,
			due,
			deadline: deadline === due ? null : deadline ?? null
		});
	}
	return facts;
}
// src/fold/stage.ts
var fresh = () => ({
	status: "pending",
	iteration: 0,
	queuedAt: null,
	startTime: null,
	endTime: null,
	duration: null,
	waitingFor: null,
	due: null,
	reason: null,
	error: null,
	output: null,
	child: null,
	undo: null
});
var newStage = (key, id, name, type, position) => ({
	state: {
		key,
		id,
		name,
		type,
		attempt: 0,
		cost: null,
		input: null,
		approvals: [],
		...fresh()
	},
	position,
	facts: /* @__PURE__ */ new Map()
});
/** Starts a stage over in the next turn; what it cost stays. */
function resetStage(s) {
	Object.assign(s.state, fresh());
	delete s.state.count;
	delete s.state.instances;
	s.facts = /* @__PURE__ */ new Map();
}
/** Moves a stage on to where nothing is waited for. */
function moveStage(s, to) {
	Object.assign(s.state, {
		waitingFor: null,
		due: null
	}, to);
	closeApprovals(s.facts);
}
function waitStage(s, { attempt, data }) {
	const due = timeOf(data.until);
	Object.assign(s.state, {
		status: data.for === "approval" ? "blocked" : "waiting",
		waitingFor: data.for,
		due
	});
	if (attempt === void 0 && data.for === "timer") startTimer(s.facts, due);
}
var startStage = (s, e) => moveStage(s, {
	status: "running",
	attempt: e.attempt,
	iteration: e.iteration ?? 0,
	startTime: timeOf(e.time),
	endTime: null,
	input: orNull(e.data.input),
	child: orNull(e.data.child),
	due: timeOf(e.data.until),
	reason: null
});
/** Takes up a stage of a state, so that later events can be applied. */
var restoreStage = (shown, position) => {
	const { triggers = [], ...state } = shown;
	return {
		state,
		position,
		facts: restoreFacts(triggers, state.approvals),
		shown
	};
};
// src/fold/execution.ts
var none = {
	total: 0,
	completed: 0,
	failed: 0,
	running: 0,
	pending: 0,
	skipped: 0
};
var statusOf = (e) => e.type.slice(6);
var newTurn = {
	status: "queued",
	endTime: null,
	result: null,
	error: null,
	failedStage: null,
	reason: null
};
/** Begins a fold, before the first event or with a state, which the events after its `seq` follow. */
function createFold(from) {
	const byKey = /* @__PURE__ */ new Map();
	const planned = [];
	const x = {
		seq: 0,
		...from,
		group: from?.group && { ...from.group },
		progress: {
			...none,
			...from?.progress
		}
	};
	let isStarted = from !== void 0 && hasStarted(from);
	let breakpoints = new Set(from?.debug?.breakpoints);
	let stop = from?.debug?.stoppedAt ?? null;
	let missingPlan = null;
	let shown;
	const note = (s) => {
		byKey.set(s.state.key, s);
		return s;
	};
	const plan = (s) => {
		planned.push(note(s));
		shown = void 0;
		return s.state;
	};
	const parentOf = (s) => planned[s.position - 1];
	const goOn = () => {
		x.status = isStarted ? "running" : "queued";
	};
	function applyPlan(graph) {
		missingPlan = null;
		if (planned.length > 0 || !graph) return;
		for (const { id, name, type } of graph.stages) plan(newStage(id, id, name, type, planned.length + 1));
		x.totalStages = x.progress.total = x.progress.pending = planned.length;
	}
	function create({ executionId, time, data }) {
		const { schedule } = data;
		const { whenFull: _, ...group } = data.group ?? {};
		Object.assign(x, {
			id: executionId,
			pipelineId: data.pipelineId,
			pipelineName: data.name,
			version: orNull(data.version),
			definitionHash: data.definitionHash,
			priority: data.priority,
			requestedBy: orNull(data.requestedBy),
			schedule: schedule ? {
				id: schedule.id,
				time: Date.parse(schedule.time)
			} : null,
			labels: data.labels ?? {},
			parent: orNull(data.parent),
			group: data.group && {
				...group,
				waiting: true
			},
			createdAt: Date.parse(time),
			startTime: Date.parse(time),
			input: orNull(data.input),
			...newTurn,
			cancelling: false,
			turn: 1,
			currentStage: 0,
			totalStages: 0,
			cost: 0
		});
		breakpoints = new Set(data.breakpoints);
		const graph = data.plan;
		if ("ref" in graph) missingPlan = graph.ref;
		else applyPlan(graph);
	}
	function end({ type, time, data }) {
		const said = data;
		const status = type.slice(10);
		const error = errorOf(said.error);
		stop = null;
		Object.assign(x, {
			status,
			endTime: timeOf(time),
			cancelling: false,
			error,
			failedStage: orNull(said.failedStage),
			reason: said.reason ?? x.reason,
			result: {
				status: said.result ?? status,
				output: orNull(said.output),
				error: error && error.message,
				...said.totals && { summary: summaryOf(said.totals) }
			}
		});
	}
	const bucketOf = (s) => {
		const { status } = s.state;
		return status === "cancelled" ? "skipped" : status in none ? status : "pending";
	};
	/** Changes a stage and counts it anew, unless the change says that it was none. */
	function count(key, change) {
		const s = byKey.get(key);
		if (!s) return;
		const before = bucketOf(s);
		if (change(s) === false) return;
		const parent = parentOf(s);
		shown = s.shown = parent.shown = void 0;
		if (parent !== s) return;
		x.progress[before]--;
		x.progress[bucketOf(s)]++;
	}
	function reopen({ data }) {
		Object.assign(x, {
			turn: data.turn,
			startTime: x.createdAt,
			...newTurn
		});
		isStarted = false;
		for (const key of data.stages) count(key, resetStage);
	}
	function start(s, e) {
		startStage(s, e);
		x.currentStage = s.position;
		const parent = parentOf(s);
		if (parent === s || parent.state.status === "running") return;
		count(parent.state.key, () => Object.assign(parent.state, {
			status: "running",
			startTime: timeOf(e.time)
		}));
	}
	function expand(s, e) {
		const { id, name, type, queuedAt } = s.state;
		const instances = Array.from({ length: e.data.count }, (_, i) => {
			const key = `${id}[${i}]`;
			return (byKey.get(key) ?? note(newStage(key, id, name, type, s.position))).state;
		});
		moveStage(s, {
			status: "queued",
			queuedAt: queuedAt ?? timeOf(e.time),
			count: e.data.count,
			instances
		});
	}
	/** Ends an attempt: with it the stage, or until the next one starts. */
	function finish(s, e, next) {
		const { duration, cost, output } = e.data;
		if (cost != null) {
			s.state.cost = addMoney(s.state.cost ?? 0, cost);
			x.cost = addMoney(x.cost, cost);
		}
		moveStage(s, {
			duration,
			output: orNull(output),
			error: errorOf(e.data.error),
			...next ? {
				...next,
				status: "waiting"
			} : {
				status: statusOf(e),
				endTime: timeOf(e.time)
			}
		});
	}
	function applyTo(s, e) {
		const { state, facts } = s;
		switch (e.type) {
			case "stage.queued":
				moveStage(s, {
					status: "queued",
					queuedAt: timeOf(e.time)
				});
				break;
			case "stage.waiting":
				waitStage(s, e);
				break;
			case "stage.started":
				start(s, e);
				break;
			case "stage.expanded":
				expand(s, e);
				break;
			case "stage.completed":
				finish(s, e, e.data.willRepeat && {
					waitingFor: "repeat",
					due: timeOf(e.data.repeatAt)
				});
				break;
			case "stage.failed":
				finish(s, e, e.data.willRetry && {
					waitingFor: "retry",
					due: timeOf(e.data.retryAt)
				});
				break;
			case "stage.skipped":
			case "stage.cancelled":
				moveStage(s, {
					status: statusOf(e),
					endTime: timeOf(e.time),
					reason: e.data.reason,
					duration: e.data.duration ?? state.duration
				});
				break;
			case "stage.undo.started":
				state.undo = "running";
				break;
			case "stage.undo.completed":
			case "stage.undo.failed":
				state.undo = e.type.slice(11);
				break;
			case "trigger.evaluated":
				evaluate(facts, e);
				break;
			case "approval.requested":
				request(facts, e);
				break;
			case "approval.granted":
			case "approval.rejected":
				answer(facts, e);
				break;
			case "approval.withdrawn":
				withdraw(facts, e);
				break;
			case "debug.paused":
				stop = state.key;
				x.status = "paused";
				moveStage(s, {
					status: "blocked",
					waitingFor: "breakpoint"
				});
				break;
			case "debug.resumed":
				stop = null;
				goOn();
				if (state.waitingFor === "breakpoint") moveStage(s, { status: "queued" });
				break;
			default: return false;
		}
	}
	function apply(e) {
		x.seq = e.seq;
		delete x.parked;
		delete x.group?.position;
		switch (e.type) {
			case "execution.created":
				create(e);
				break;
			case "execution.started":
				isStarted = true;
				x.status = "running";
				x.startTime = Date.parse(e.time);
				break;
			case "execution.paused":
				x.status = "paused";
				x.reason = orNull(e.data.reason);
				break;
			case "execution.resumed":
				goOn();
				x.reason = null;
				break;
			case "execution.cancelling":
				x.cancelling = true;
				x.reason = orNull(e.data.reason);
				stop = null;
				if (x.status === "paused") goOn();
				break;
			case "execution.completed":
			case "execution.failed":
			case "execution.cancelled":
				end(e);
				break;
			case "execution.reopened":
				reopen(e);
				break;
			case "debug.breakpoint.set":
				breakpoints.add(e.stage);
				break;
			case "debug.breakpoint.cleared":
				breakpoints.delete(e.stage);
				break;
			default: count(e.stage, (s) => applyTo(s, e));
		}
	}
	const show = (s) => {
		const { state: { instances, ...state }, facts } = s;
		return s.shown ??= {
			...state,
			approvals: openApprovals(facts),
			...facts.size > 0 && { triggers: triggersOf(facts) },
			...instances && { instances: instances.map(({ key }) => show(byKey.get(key))) }
		};
	};
	function state() {
		const { group, debug: _, ...rest } = x;
		return {
			...rest,
			...group && { group: {
				...group,
				waiting: !isStarted && !x.cancelling && !x.result
			} },
			...(breakpoints.size > 0 || stop !== null) && { debug: {
				breakpoints: [...breakpoints].sort(),
				stoppedAt: stop
			} },
			progress: { ...x.progress },
			stages: shown ??= planned.map(show)
		};
	}
	from?.stages.forEach((stage, place) => {
		plan(restoreStage(stage, place + 1)).instances = stage.instances?.map((instance) => note(restoreStage(instance, place + 1)).state);
	});
	return {
		apply,
		applyPlan,
		state,
		get seq() {
			return x.seq;
		},
		get missingPlan() {
			return missingPlan;
		}
	};
}
/** Folds events to the state that they come to, after another state or from the start. */
function foldExecution(events, from) {
	const fold = createFold(from);
	for (const e of events) fold.apply(e);
	return fold.state();
}
var hasStarted = (from) => from.status !== "queued" && (from.startTime !== from.createdAt || from.status === "running" || from.stages.some((s) => s.startTime !== null));
var summaryOf = ({ duration: totalDuration, cost: totalCost, ...stages }) => ({
	totalDuration,
	totalCost,
	...stages
});
// src/fold/state.ts
/** Tells whether an execution of this status has ended; only a person can open it again. */
var isTerminal = (status) => status === "completed" || status === "failed" || status === "cancelled";
export { createFold, foldExecution, isTerminal };
