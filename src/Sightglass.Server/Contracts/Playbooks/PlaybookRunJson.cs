using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>
/// The playbook viewer's <c>PlaybookRunView</c> and <c>StepRunView</c>, field by field. Moments are RFC 3339 in UTC. Where a
/// client asks for an instance of a <c>forEach</c>, that is a step of its own; the run's steps are the stages of the plan.
/// </summary>
internal static class PlaybookRunJson
{
    /// <param name="writer">Where to.</param>
    /// <param name="run">The run.</param>
    /// <param name="definition">What it was started with; null where it is gone.</param>
    /// <param name="parked">Why it stands still without having ended.</param>
    public static void WriteRun(Utf8JsonWriter writer, RunReports run, PipelineDefinition? definition, StageError? parked)
    {
        var state = run.State;
        var created = state.Created;
        writer.WriteStartObject();
        writer.WriteString("id"u8, state.Id);
        writer.WriteString("playbookId"u8, created.PipelineId);
        writer.WriteString("playbookName"u8, created.Name);
        writer.WriteNumber("playbookVersion"u8, PlaybookTerms.VersionOf(created.Version));
        writer.WriteString("orgId"u8, created.Organization);
        writer.WriteString("state"u8, parked is null ? PlaybookTerms.StateOf(state.Status) : "blocked");
        writer.WriteString("status"u8, PlaybookTerms.StatusOf(state.Status));
        writer.WriteString("triggeredBy"u8, created.RequestedBy);
        ContractJson.WritePayload(writer, "input"u8, created.Input);
        ContractJson.WritePayload(writer, "output"u8, state.Output);
        ContractJson.WriteError(writer, "error"u8, parked ?? state.Error);
        writer.WriteString("webhookUrl"u8, created.WebhookUrl);
        WriteWorker(writer, state.CurrentStage == 0 ? null : state.Stages[state.CurrentStage - 1]);
        ContractJson.WriteTime(writer, "startedAt"u8, state.StartedAt);
        ContractJson.WriteTime(writer, "completedAt"u8, state.EndedAt);
        ContractJson.WriteTime(writer, "createdAt"u8, state.CreatedAt);
        ContractJson.WriteTime(writer, "updatedAt"u8, state.LastTime);
        writer.WriteStartArray("steps"u8);
        var stages = definition?.Stages.ToLookup(s => s.Id, StringComparer.Ordinal);
        foreach (var stage in state.Stages) WriteStep(writer, run, stage, definition, stages?[stage.Id].FirstOrDefault());
        writer.WriteEndArray();
        WriteProgress(writer, state);
        writer.WriteEndObject();
    }

    public static void WriteStep(Utf8JsonWriter writer, RunReports run, StageState stage, PipelineDefinition? definition, StageDefinition? defined)
    {
        var reports = run.Find(stage.Id);
        writer.WriteStartObject();
        writer.WriteString("id"u8, $"{run.State.Id}:{stage.Key}");
        writer.WriteString("key"u8, stage.Key);
        writer.WriteString("name"u8, stage.Name);
        writer.WriteString("type"u8, PlaybookTerms.TypeOf(stage.Type));
        writer.WriteString("state"u8, PlaybookTerms.StateOf(stage.Status));
        writer.WriteString("status"u8, PlaybookTerms.StatusOf(stage.Status));
        writer.WriteNumber("attempt"u8, stage.Attempt);
        writer.WriteNumber("maxAttempts"u8, (defined?.Retry ?? definition?.Defaults?.Retry)?.MaxAttempts ?? 1);
        ContractJson.WritePayload(writer, "input"u8, stage.Input);
        ContractJson.WritePayload(writer, "output"u8, stage.Output);
        ContractJson.WriteError(writer, "error"u8, stage.Error);
        WriteLogs(writer, stage, reports);
        WriteWorker(writer, stage);
        WriteCollaboration(writer, stage, reports);
        WriteTraces(writer, run.State, stage, reports);
        PersonalityJson.Write(writer, stage.Type == "agent" ? stage : null, reports?.PersonalityHash, definition, defined);
        ContractJson.WriteTime(writer, "startedAt"u8, stage.StartedAt);
        ContractJson.WriteTime(writer, "completedAt"u8, stage.EndedAt);
        ContractJson.WriteTime(writer, "createdAt"u8, run.State.CreatedAt);
        writer.WriteEndObject();
    }

    // Of an instance alone, or of a stage with all its instances.
    private static bool IsOf(StageState stage, string key) => stage.Index < 0 || stage.Key == key;

    private static void WriteLogs(Utf8JsonWriter writer, StageState stage, StepReports? reports)
    {
        writer.WriteStartArray("logs"u8);
        if (reports is { Dropped: > 0 }) writer.WriteStringValue($"… {reports.Dropped} older lines are in the log of the execution.");
        foreach (var (key, text) in reports?.Lines ?? [])
        {
            if (IsOf(stage, key)) writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteWorker(Utf8JsonWriter writer, StageState? stage)
    {
        if (stage?.Worker is not { } worker)
        {
            writer.WriteNull("workerInfo"u8);
            return;
        }

        writer.WriteStartObject("workerInfo"u8);
        writer.WriteString("workerId"u8, worker.Id);
        ContractJson.WriteTime(writer, "startedAt"u8, stage.StartedAt);
        if (stage.EndedAt is { } ended) ContractJson.WriteTime(writer, "finishedAt"u8, ended);
        writer.WriteEndObject();
    }

    private static void WriteCollaboration(Utf8JsonWriter writer, StageState stage, StepReports? reports)
    {
        if (reports?.Shared is not { } shared)
        {
            writer.WriteNull("collaborationContext"u8);
            return;
        }

        var level = 0;
        string[] levels = ["none", "agent", "supervisor", "human"];
        writer.WriteStartObject("collaborationContext"u8);
        writer.WriteStartArray("messages"u8);
        foreach (var (key, time, message) in reports.Messages)
        {
            if (!IsOf(stage, key)) continue;
            writer.WriteStartObject();
            writer.WriteString("fromStepKey"u8, message.From);
            writer.WriteString("toStepKey"u8, message.To);
            writer.WriteString("type"u8, message.Kind);
            ContractJson.WritePayload(writer, "payload"u8, message.Payload);
            ContractJson.WriteTime(writer, "timestamp"u8, time);
            writer.WriteEndObject();
            level = Math.Max(level, Array.IndexOf(levels, message.EscalationLevel));
        }

        writer.WriteEndArray();
        writer.WriteStartObject("sharedState"u8);
        foreach (var (name, value) in shared) ContractJson.WritePayload(writer, System.Text.Encoding.UTF8.GetBytes(name), value);
        writer.WriteEndObject();

        // The highest that it came to.
        writer.WriteString("escalationLevel"u8, levels[level]);
        writer.WriteEndObject();
    }

    private static void WriteTraces(Utf8JsonWriter writer, ExecutionState state, StageState stage, StepReports? reports)
    {
        writer.WriteStartArray("episodicTraces"u8);
        foreach (var (key, seq, time, memory) in reports?.Traces ?? [])
        {
            if (!IsOf(stage, key)) continue;
            writer.WriteStartObject();
            writer.WriteString("id"u8, $"{state.Id}:{seq}");
            writer.WriteString("runId"u8, state.Id);
            writer.WriteString("orgId"u8, state.Created.Organization);
            writer.WriteString("stepKey"u8, memory.SourceStage ?? stage.Id);
            ContractJson.WritePayload(writer, "content"u8, memory.Content);
            writer.WriteNull("embedding"u8);
            ContractJson.WriteTime(writer, "createdAt"u8, time);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteProgress(Utf8JsonWriter writer, ExecutionState state)
    {
        var counts = state.CountStages();
        writer.WriteStartObject("progress"u8);
        writer.WriteNumber("total"u8, counts.Total);
        writer.WriteNumber("completed"u8, counts.Completed);
        writer.WriteNumber("failed"u8, counts.Failed);
        writer.WriteNumber("running"u8, counts.Running);
        writer.WriteNumber("pending"u8, counts.Pending);
        writer.WriteEndObject();
    }
}
