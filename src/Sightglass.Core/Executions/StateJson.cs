using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary>The state of an execution as the API gives it and as every fold of the same log must come to. Times of day are
/// milliseconds since the Unix epoch, durations milliseconds, costs US dollars.</summary>
public static class StateJson
{
    private const int StageBytes = 384;

    /// <summary>Writes the whole state: an object.</summary>
    /// <param name="state">The state.</param>
    /// <param name="groupPosition">Its place in the line of its concurrency group, which no log knows.</param>
    /// <param name="parked">Why it stands still without having ended, which no log knows either.</param>
    public static byte[] Write(ExecutionState state, int? groupPosition = null, StageError? parked = null)
    {
        // About as large as it becomes: what grows on the way is copied again and again, and leaves large arrays behind.
        var output = new ArrayBufferWriter<byte>(4096 + (state.Stages.Count * StageBytes));
        using var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        Write(writer, state, groupPosition, parked);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes the whole state.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="state">The state.</param>
    /// <param name="groupPosition">Its place in the line of its concurrency group, which no log knows.</param>
    /// <param name="parked">Why it stands still without having ended, which no log knows either.</param>
    public static void Write(Utf8JsonWriter writer, ExecutionState state, int? groupPosition = null, StageError? parked = null)
    {
        var created = state.Created;
        var counts = state.CountStages();
        writer.WriteStartObject();
        writer.WriteString("id"u8, state.Id);
        writer.WriteNumber("seq"u8, state.LastSeq);
        writer.WriteString("pipelineId"u8, created.PipelineId);
        writer.WriteString("pipelineName"u8, created.Name);
        writer.WriteString("version"u8, created.Version);
        writer.WriteString("definitionHash"u8, created.DefinitionHash);
        writer.WriteString("status"u8, state.Status.ToWire());
        writer.WriteBoolean("cancelling"u8, state.Cancelling);
        writer.WriteString("reason"u8, state.Reason);
        writer.WriteNumber("turn"u8, state.Turn);
        writer.WriteString("priority"u8, created.Priority);
        writer.WriteString("requestedBy"u8, created.RequestedBy);
        WriteSchedule(writer, created);
        WriteLabels(writer, created);
        WriteParent(writer, created);
        WriteGroup(writer, state, groupPosition);
        WriteDebug(writer, state);
        if (parked is not null) WriteError(writer, "parked"u8, parked);
        WriteTime(writer, "createdAt"u8, state.CreatedAt);
        WriteTime(writer, "startTime"u8, state.StartedAt ?? state.CreatedAt);
        WriteTime(writer, "endTime"u8, state.EndedAt);
        writer.WriteNumber("currentStage"u8, state.CurrentStage);
        writer.WriteNumber("totalStages"u8, counts.Total);
        WriteCounts(writer, counts);
        writer.WriteNumber("cost"u8, state.Cost);
        WritePayload(writer, "input"u8, created.Input);
        WriteError(writer, state.Error);
        writer.WriteString("failedStage"u8, state.FailedStage);
        WriteResult(writer, state);
        writer.WriteStartArray("stages"u8);
        foreach (var stage in state.Stages) WriteStage(writer, state, stage);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes a stage with its newest attempts: an object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="history">The stage.</param>
    public static void Write(Utf8JsonWriter writer, StageHistory history)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(history);
        writer.WriteStartObject();
        writer.WriteString("executionId"u8, history.State.Id);
        writer.WriteNumber("seq"u8, history.State.LastSeq);
        writer.WritePropertyName("stage"u8);
        WriteStage(writer, history.State, history.Stage);
        writer.WriteStartArray("attempts"u8);
        foreach (var attempt in history.Attempts) WriteAttempt(writer, attempt);
        writer.WriteEndArray();
        writer.WriteNumber("totalAttempts"u8, history.Total);
        writer.WriteEndObject();
    }

    /// <summary>Writes the buckets that list items and the state share.</summary>
    public static void WriteCounts(Utf8JsonWriter writer, Ports.StageCounts counts)
    {
        writer.WriteStartObject("progress"u8);
        writer.WriteNumber("total"u8, counts.Total);
        writer.WriteNumber("completed"u8, counts.Completed);
        writer.WriteNumber("failed"u8, counts.Failed);
        writer.WriteNumber("running"u8, counts.Running);
        writer.WriteNumber("pending"u8, counts.Pending);
        writer.WriteNumber("skipped"u8, counts.Skipped);
        writer.WriteEndObject();
    }

    // Where there is no group there is nothing to say, as in the states of older versions.
    private static void WriteGroup(Utf8JsonWriter writer, ExecutionState state, int? position)
    {
        if (state.Created.Group is not { } group) return;
        writer.WriteStartObject("group"u8);
        writer.WriteString("name"u8, group.Name);
        writer.WriteNumber("limit"u8, group.Limit);
        writer.WriteBoolean("waiting"u8, state.AwaitsGroup);
        if (position is { } place) writer.WriteNumber("position"u8, place);
        writer.WriteEndObject();
    }

    // As with groups: nothing is said of an execution that nobody debugs.
    private static void WriteDebug(Utf8JsonWriter writer, ExecutionState state)
    {
        if (state.Breakpoints.IsEmpty && state.Stop is null) return;
        writer.WriteStartObject("debug"u8);
        writer.WriteStartArray("breakpoints"u8);
        foreach (var stage in state.Breakpoints) writer.WriteStringValue(stage);
        writer.WriteEndArray();
        writer.WriteString("stoppedAt"u8, state.Stop?.Stage);
        writer.WriteEndObject();
    }

    private static void WriteSchedule(Utf8JsonWriter writer, ExecutionCreated created)
    {
        if (created.Schedule is not { } schedule)
        {
            writer.WriteNull("schedule"u8);
            return;
        }

        writer.WriteStartObject("schedule"u8);
        writer.WriteString("id"u8, schedule.Id);
        WriteTime(writer, "time"u8, schedule.Time);
        writer.WriteEndObject();
    }

    private static void WriteStage(Utf8JsonWriter writer, ExecutionState state, StageState stage)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, stage.Key);
        writer.WriteString("id"u8, stage.Id);
        writer.WriteString("name"u8, stage.Name);
        writer.WriteString("type"u8, stage.Type);
        writer.WriteString("status"u8, stage.Status.ToWire());
        writer.WriteNumber("attempt"u8, stage.Attempt);
        writer.WriteNumber("iteration"u8, stage.Iteration);
        WriteTime(writer, "queuedAt"u8, stage.QueuedAt);
        WriteTime(writer, "startTime"u8, stage.StartedAt);
        WriteTime(writer, "endTime"u8, stage.EndedAt);
        WriteNumber(writer, "duration"u8, stage.Duration);
        if (stage.Lost) writer.WriteBoolean("lost"u8, true);
        if (stage.Cost is { } cost) writer.WriteNumber("cost"u8, cost);
        else writer.WriteNull("cost"u8);
        writer.WriteString("waitingFor"u8, stage.WaitingFor);
        WriteTime(writer, "due"u8, stage.Due);
        writer.WriteString("reason"u8, stage.Reason);
        WriteError(writer, stage.Error);
        WritePayload(writer, "input"u8, stage.Input);
        WritePayload(writer, "output"u8, stage.Output);
        if (stage.Child is { } child) writer.WriteString("child"u8, child);
        else writer.WriteNull("child"u8);
        writer.WriteString("undo"u8, stage.Undo);
        WriteApprovals(writer, stage);
        if (stage.HasFacts) WriteTriggers(writer, stage);
        if (stage.Count is { } count && stage.Index < 0)
        {
            writer.WriteNumber("count"u8, count);
            writer.WriteStartArray("instances"u8);
            foreach (var instance in state.InstancesOf(stage.Id)) WriteStage(writer, state, instance);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteAttempt(Utf8JsonWriter writer, StageAttempt attempt)
    {
        writer.WriteStartObject();
        writer.WriteNumber("attempt"u8, attempt.Number);
        writer.WriteNumber("iteration"u8, attempt.Iteration);
        writer.WriteString("status"u8, attempt.Status.ToWire());
        WriteTime(writer, "startTime"u8, attempt.StartedAt);
        WriteTime(writer, "endTime"u8, attempt.EndedAt);
        WriteNumber(writer, "duration"u8, attempt.Duration);
        if (attempt.Cost is { } cost) writer.WriteNumber("cost"u8, cost);
        else writer.WriteNull("cost"u8);
        writer.WriteString("worker"u8, attempt.Worker?.Id);
        WritePayload(writer, "input"u8, attempt.Input);
        WritePayload(writer, "output"u8, attempt.Output);
        WriteError(writer, attempt.Error);
        writer.WriteString("reason"u8, attempt.Reason);
        writer.WriteBoolean("willRetry"u8, attempt.WillRetry);
        writer.WriteBoolean("lost"u8, attempt.Lost);
        if (attempt.Child is { } child) writer.WriteString("child"u8, child);
        else writer.WriteNull("child"u8);
        writer.WriteEndObject();
    }

    private static void WriteApprovals(Utf8JsonWriter writer, StageState stage)
    {
        writer.WriteStartArray("approvals"u8);
        foreach (var (leaf, fact) in stage.OpenApprovals())
        {
            writer.WriteStartObject();
            writer.WriteNumber("trigger"u8, leaf);
            writer.WriteStartArray("by"u8);
            foreach (var who in fact.Asked ?? []) writer.WriteStringValue(who);
            writer.WriteEndArray();
            writer.WriteString("message"u8, fact.Message);
            WriteTime(writer, "deadline"u8, fact.Due);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteTriggers(Utf8JsonWriter writer, StageState stage)
    {
        writer.WriteStartArray("triggers"u8);
        foreach (var (number, fact) in stage.Facts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("trigger"u8, number);
            writer.WriteString("type"u8, fact.Kind);
            if (fact.Result is { } result) writer.WriteBoolean("result"u8, result);
            else writer.WriteNull("result"u8);
            writer.WriteString("why"u8, fact.Why);
            WriteTime(writer, "since"u8, fact.Since);
            WriteTime(writer, "deadline"u8, fact.Deadline ?? fact.Due);
            writer.WriteString("timedOut"u8, fact.TimedOut);
            writer.WriteBoolean("cancelled"u8, fact.Cancelled);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter writer, ExecutionState state)
    {
        if (state.Result is null)
        {
            writer.WriteNull("result"u8);
            return;
        }

        writer.WriteStartObject("result"u8);
        writer.WriteString("status"u8, state.Result);
        WritePayload(writer, "output"u8, state.Output);
        writer.WriteString("error"u8, state.Error?.Message);
        if (state.Totals is { } totals)
        {
            writer.WriteStartObject("summary"u8);
            writer.WriteNumber("totalDuration"u8, totals.Duration);
            writer.WriteNumber("totalCost"u8, totals.Cost);
            writer.WriteNumber("stagesRun"u8, totals.StagesRun);
            writer.WriteNumber("stagesSkipped"u8, totals.StagesSkipped);
            writer.WriteNumber("stagesFailed"u8, totals.StagesFailed);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter writer, ExecutionCreated created)
    {
        writer.WriteStartObject("labels"u8);
        foreach (var (name, value) in created.Labels ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty) writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteParent(Utf8JsonWriter writer, ExecutionCreated created)
    {
        if (created.Parent is not { } parent)
        {
            writer.WriteNull("parent"u8);
            return;
        }

        writer.WriteStartObject("parent"u8);
        writer.WriteString("executionId"u8, parent.ExecutionId);
        writer.WriteString("stage"u8, parent.Stage);
        writer.WriteNumber("attempt"u8, parent.Attempt);
        writer.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter writer, StageError? error)
    {
        if (error is null)
        {
            writer.WriteNull("error"u8);
            return;
        }

        WriteError(writer, "error"u8, error);
    }

    private static void WriteError(Utf8JsonWriter writer, ReadOnlySpan<byte> name, StageError error)
    {
        writer.WriteStartObject(name);
        writer.WriteString("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("detail"u8, error.Detail);
        writer.WriteEndObject();
    }

    private static void WritePayload(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Payload? payload)
    {
        writer.WritePropertyName(name);
        if (payload is null) writer.WriteNullValue();
        else payload.WriteTo(writer);
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } t) writer.WriteNumber(name, t.ToUnixTimeMilliseconds());
        else writer.WriteNull(name);
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } v) writer.WriteNumber(name, v);
        else writer.WriteNull(name);
    }
}
