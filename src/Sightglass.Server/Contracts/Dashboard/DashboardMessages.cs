using System.Globalization;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>
/// What the live pipeline dashboard is told of an execution, event by event. Instances of a <c>forEach</c> are stages of their
/// own with the place of theirs; a failure that is tried again is not told, since that client takes it for the end.
/// Durations are milliseconds, costs US dollars, <c>index</c> counts from 0.
/// </summary>
/// <param name="state">The state at the event before the first one that is given.</param>
internal sealed class DashboardMessages(ExecutionState state)
{
    /// <summary>Gets the state after the newest event.</summary>
    public ExecutionState State => state;

    /// <summary>Gives the messages of the next event, in order; those with text and the closing one come from elsewhere.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Apply(ExecutionEvent e)
    {
        var stage = e.Stage is null ? null : state.Find(e.Stage);
        var parent = stage is { Index: >= 0 } ? state.Find(stage.Id) : null;
        var parentBefore = parent?.Status;
        state.Apply(e);
        if (e.Data is ExecutionStarted) return [Started()];
        stage ??= e.Stage is null ? null : state.Find(e.Stage);
        if (stage is null) return [];
        return e.Data switch
        {
            StageStarted when parent is { Status: StageStatus.Running } && parentBefore != StageStatus.Running => [Begun(parent), Begun(stage)],
            StageStarted => [Begun(stage)],
            StageCompleted { WillRepeat: false } completed => [Done(stage, completed)],
            StageFailed { WillRetry: false } failed => [Broken(stage, failed.Error)],
            StageSkipped skipped => [Skipped(stage, skipped.Reason)],
            StageCancelled cancelled => [Skipped(stage, cancelled.Reason)],
            _ => [],
        };
    }

    /// <summary>Gives a stage's text so far.</summary>
    public ReadOnlyMemory<byte> Output(string stage, ReadOnlySpan<byte> text, bool isFinal)
    {
        var shown = System.Text.Encoding.UTF8.GetString(text);
        return Message("stage:output"u8, writer =>
        {
            writer.WriteString("stageId"u8, stage);
            writer.WriteString("output"u8, shown);
            writer.WriteBoolean("isFinal"u8, isFinal);
        });
    }

    /// <summary>Gives the message that closes an ended execution.</summary>
    /// <param name="output">The output; the state's own where it is not too large for an event.</param>
    public ReadOnlyMemory<byte> Closing(Payload? output)
    {
        if (state.Status == ExecutionStatus.Cancelled) return Message("execution:cancelled"u8, static _ => { });
        if (state is { Status: ExecutionStatus.Failed, FailedStage: null }) return Failed(state.Error);
        return Message("execution:completed"u8, writer =>
        {
            writer.WriteStartObject("result"u8);
            writer.WriteString("status"u8, state.Result);
            writer.WriteString("pipelineId"u8, state.Created.PipelineId);
            ContractJson.WriteSummary(writer, state);
            ContractJson.WritePayload(writer, "output"u8, output);
            writer.WriteString("error"u8, state.Error?.Message);
            writer.WriteEndObject();
        });
    }

    /// <summary>Gives the message of an execution that an error of the engine has stopped.</summary>
    public ReadOnlyMemory<byte> Failed(StageError? error) =>
        Message("execution:failed"u8, writer => writer.WriteString("error"u8, error?.Message ?? "The engine failed."));

    private ReadOnlyMemory<byte> Started() => Message("execution:started"u8, writer =>
    {
        writer.WriteString("pipelineId"u8, state.Created.PipelineId);
        writer.WriteString("pipelineName"u8, state.Created.Name);
        writer.WriteNumber("stageCount"u8, state.Stages.Count);
    });

    private ReadOnlyMemory<byte> Begun(StageState stage) => Message("stage:started"u8, writer =>
    {
        WriteStage(writer, stage);
        writer.WriteNumber("index"u8, stage.Position - 1);
        writer.WriteNumber("total"u8, state.Stages.Count);
    });

    private ReadOnlyMemory<byte> Done(StageState stage, StageCompleted completed) => Message("stage:completed"u8, writer =>
    {
        WriteStage(writer, stage);
        writer.WriteStartObject("result"u8);
        writer.WriteString("status"u8, "completed"u8);
        writer.WriteNumber("cost"u8, completed.Cost ?? 0);
        writer.WriteNumber("duration"u8, completed.Duration);
        writer.WriteEndObject();
    });

    private ReadOnlyMemory<byte> Skipped(StageState stage, string reason) => Message("stage:skipped"u8, writer =>
    {
        WriteStage(writer, stage);
        writer.WriteString("reason"u8, reason);
    });

    private ReadOnlyMemory<byte> Broken(StageState stage, StageError? error) => Message("stage:failed"u8, writer =>
    {
        WriteStage(writer, stage);
        writer.WriteString("error"u8, error?.Message ?? "");
    });

    private ReadOnlyMemory<byte> Message(ReadOnlySpan<byte> type, Action<Utf8JsonWriter> write)
    {
        var name = type.ToArray();
        return ContractJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, name);
            writer.WriteString("executionId"u8, state.Id);
            write(writer);
            writer.WriteEndObject();
        });
    }

    private static void WriteStage(Utf8JsonWriter writer, StageState stage)
    {
        writer.WriteStartObject("stage"u8);
        writer.WriteString("id"u8, stage.Key);
        writer.WriteString("name"u8, stage.Index < 0 ? stage.Name : string.Create(CultureInfo.InvariantCulture, $"{stage.Name} [{stage.Index}]"));
        writer.WriteString("type"u8, stage.Type);
        writer.WriteEndObject();
    }
}
