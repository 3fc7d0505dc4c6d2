// The protocol logic of the playbook execution viewer, from its document: useExecutionStream with its back-off and its fall-back
// to polling, and applyEvent, which applies deltas to the run that was fetched. window.viewer is what it would draw.
window.viewer = ((FLAGS) => {
  const POLL_INTERVAL = 2000;
  const finalStates = ["success", "failed", "canceled"];
  const state = { run: null, mode: "Paused", connected: false, events: [], fetches: 0, retries: 0, error: null };
  const maxEvents = 100, retryDelay = 3000, maxRetries = 5;
  const fetchRun = async (runId) => {
    state.fetches++;
    const response = await fetch(`/api/v1/playbook-runs/${runId}`, { credentials: "include" });
    const { success, data, error } = await response.json();
    if (!success) throw new Error(`${error.code}: ${error.message}`);
    state.run = data;
    return data;
  };
  const stepOf = (key) => state.run.steps.find((step) => step.key === key);
  const applyEvent = (event) => {
    const { run } = state;
    if (event.runId !== run.id) return;
    const { payload } = event;
    const step = event.stepKey && stepOf(event.stepKey);
    switch (event.type) {
      case "run.updated": run.status = payload.status; run.currentStepKey = payload.currentStepKey; run.percent = payload.progress; break;
      case "run.completed": run.state = "success"; run.status = payload.status; run.completedAt = payload.completedAt; run.successful = `${payload.successfulSteps}/${payload.totalSteps}`; stop(); break;
      case "run.failed": run.state = "failed"; run.status = payload.status; run.error = payload.error; run.completedAt = payload.failedAt; stop(); break;
      case "step.updated": step.status = payload.status; if (payload.status === "RUNNING") step.state = "running"; step.startedAt = payload.startedAt ?? step.startedAt; break;
      case "step.completed": step.state = "success"; step.status = payload.status; step.completedAt = payload.completedAt; step.output = payload.result; break;
      case "step.failed": step.state = payload.willRetry ? "running" : "failed"; step.status = payload.status; step.error = payload.error; step.attempt = payload.attempt; break;
      case "step.log.appended": step.logs.push(payload.logEntry.message); break;
    }
  };
  let source, poll, retry;
  const stop = () => { source?.close(); clearInterval(poll); clearTimeout(retry); state.mode = "Paused"; };
  const startPolling = (runId) => {
    state.mode = "Polling";
    poll = setInterval(async () => { if (finalStates.includes((await fetchRun(runId)).state)) stop(); }, POLL_INTERVAL);
  };
  const stream = (runId) => {
    source = new EventSource(`/api/v1/playbook-runs/${runId}/stream`, { withCredentials: true });
    source.addEventListener("connected", () => { state.connected = true; state.mode = "LIVE"; state.retries = 0; });
    for (const type of ["run.updated", "run.completed", "run.failed", "step.updated", "step.completed", "step.failed", "step.log.appended"]) {
      source.addEventListener(type, (message) => {
        const event = JSON.parse(message.data);
        state.events = [...state.events, event].slice(-maxEvents);
        applyEvent(event);
      });
    }
    source.onerror = () => {
      state.connected = false;
      source.close();
      if (state.retries >= maxRetries) { startPolling(runId); return; }
      retry = setTimeout(() => stream(runId), retryDelay * 2 ** state.retries++);
    };
  };
  return {
    state,
    open: async (runId) => {
      try {
        const run = await fetchRun(runId);
        if (finalStates.includes(run.state)) return;
        if (FLAGS.ENABLE_EXECUTION_STREAMING) stream(runId); else startPolling(runId);
      } catch (error) { state.error = error.message; }
    },
    streamUrl: async (runId) => (await (await fetch(`/api/playbook-runs/${runId}/stream`)).json()).data.streamUrl,
  };
});
