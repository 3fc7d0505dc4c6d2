// The protocol logic of the live pipeline dashboard, from its documents: what it asks, what it subscribes to, and what it
// makes of each message. It shows nothing; window.dashboard is what its components would draw.
window.dashboard = (() => {
  const state = { pipelines: [], pipeline: null, running: [], status: "idle", executionId: null, stages: {}, order: [], outputs: {}, result: null, error: null, messages: [] };
  const get = async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error((await response.json()).error);
    return response.json();
  };
  const post = async (path, body) => {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  };
  let socket;
  const connect = () => new Promise((opened) => {
    socket = new WebSocket(`ws://${location.host}/ws`);
    socket.onopen = opened;
    socket.onmessage = (event) => receive(JSON.parse(event.data));
  });
  const subscribe = (executionId) => {
    state.executionId = executionId;
    socket.send(JSON.stringify({ type: "subscribe", executionId }));
  };
  const stageOf = (id) => (state.stages[id] ??= { status: "pending" });
  const receive = (message) => {
    state.messages.push({ type: message.type, at: performance.now() });
    switch (message.type) {
      case "subscribed": state.subscribed = message.success; break;
      case "unsubscribed": state.subscribed = false; break;
      case "execution:started": state.status = "running"; state.total = message.stageCount; break;
      case "stage:started":
        Object.assign(stageOf(message.stage.id), { name: message.stage.name, type: message.stage.type, status: "running", index: message.index, total: message.total });
        state.order.push(message.stage.id);
        break;
      case "stage:output":
        state.outputs[message.stageId] = message.output;
        stageOf(message.stageId).isFinal = message.isFinal;
        break;
      case "stage:completed": Object.assign(stageOf(message.stage.id), { status: message.result.status, cost: message.result.cost.toFixed(4), duration: message.result.duration.toFixed(0) }); break;
      case "stage:skipped": Object.assign(stageOf(message.stage.id), { status: "skipped", reason: message.reason }); break;
      case "stage:failed": Object.assign(stageOf(message.stage.id), { status: "failed", error: message.error.toString() }); break;
      case "execution:completed": state.result = message.result; state.status = message.result.status; break;
      case "execution:failed": state.error = message.error; state.status = "failed"; break;
      case "execution:cancelled": state.status = "cancelled"; break;
    }
  };
  return {
    state,
    // The first page: the list, and the details of one with the model of every stage.
    load: async (id) => {
      state.pipelines = await get("/api/pipelines");
      state.pipeline = await get(`/api/pipelines/${id}`);
      return state.pipeline.stages.map((stage) => `${stage.name}: ${stage.model.modelID.toUpperCase()} ${stage.prompt.variables.join()}`);
    },
    run: async (id, input) => {
      const config = await get("/api/config/status");
      if (!config.hasApiKey) throw new Error("Nothing can be started.");
      await connect();
      const { executionId } = await post(`/api/pipelines/${id}/run`, { input, executionMode: "api", cliTool: null });
      subscribe(executionId);
      return executionId;
    },
    // A refresh: what runs is found again, and subscribed to.
    resume: async () => {
      const { executions } = await get("/api/executions");
      state.running = executions.filter((execution) => execution.status === "running");
      await connect();
      const execution = await get(`/api/executions/${state.running[0].id}`);
      for (const stage of execution.stages) state.stages[stage.id] = { name: stage.name, type: stage.type, status: stage.status };
      subscribe(execution.id);
      return state.running.map((found) => `${found.pipelineName} ${found.currentStage}/${found.totalStages} ${found.inputPreview}`);
    },
    badge: async () => (await get("/api/executions/running")).executions.length,
    cancel: async () => (await post(`/api/executions/${state.executionId}/cancel`)).cancelled,
    unsubscribe: () => socket.send(JSON.stringify({ type: "unsubscribe", executionId: state.executionId })),
    again: () => socket.send(JSON.stringify({ type: "subscribe", executionId: state.executionId })),
  };
})();
