using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>A frame of the playbook viewer's stream.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Json">Its data: <c>type, runId, stepKey, timestamp, payload</c>.</param>
internal readonly record struct PlaybookFrame(string Type, ReadOnlyMemory<byte> Json);

/// <summary>
/// What the playbook viewer is told of a run, event by event. Steps are the stages of the plan: what the instances of a
/// <c>forEach</c> print is their step's, and they are not steps of their own.
/// </summary>
/// <param name="state">The state at the event before the first one that is given.</param>
/// <param name="lines">The lines that are open there.</param>
internal sealed class PlaybookEvents(ExecutionState state, StageLines lines)
{
    /// <summary>Gives the frames of the next event, in order.</summary>
    public List<PlaybookFrame> Apply(ExecutionEvent e)
    {
        var frames = new List<PlaybookFrame>();
        var step = e.Stage is { } key ? StepOf(state.Find(key)) : null;
        var before = step?.Status;
        var output = lines.Read(e).ToList();
        state.Apply(e);
        step ??= e.Stage is { } known ? StepOf(state.Find(known)) : null;
        if (step is not null)
        {
            foreach (var line in output) frames.Add(Logged(step, e, line));
        }

        switch (e.Data)
        {
            case ExecutionStarted or ExecutionPaused or ExecutionResumed or ExecutionReopened or ExecutionCancelled:
                frames.Add(RunUpdated(e));
                break;
            case ExecutionCompleted:
                frames.Add(RunCompleted(e));
                break;
            case ExecutionFailed failed:
                frames.Add(RunFailed(e.Time, failed.Error));
                break;
            default:
                if (step is null) break;
                if (e.Stage == step.Key) Step(frames, step, e);
                else if (before != step.Status) Updated(frames, step, e);
                break;
        }

        return frames;
    }

    /// <summary>Gives a large plan's stages, which stand outside the event.</summary>
    public void ApplyPlan(ReadOnlySpan<byte> plan) => state.ApplyPlan(plan);

    /// <summary>Tells that an error of the engine has stopped the run.</summary>
    public PlaybookFrame RunFailed(DateTimeOffset time, StageError? error) => Frame("run.failed", null, time, writer =>
    {
        writer.WriteString("status"u8, "FAILED"u8);
        ContractJson.WriteError(writer, "error"u8, error);
        ContractJson.WriteTime(writer, "failedAt"u8, time);
    });

    private StageState? StepOf(StageState? stage) => stage is { Index: >= 0 } ? state.Find(stage.Id) : stage;

    private void Step(List<PlaybookFrame> frames, StageState step, ExecutionEvent e)
    {
        switch (e.Data)
        {
            case StageCompleted { WillRepeat: false } completed:
                frames.Add(StepFrame("step.completed", step, e, writer =>
                {
                    writer.WriteString("status"u8, "SUCCESS"u8);
                    ContractJson.WriteTime(writer, "completedAt"u8, e.Time);
                    ContractJson.WritePayload(writer, "result"u8, completed.Output);
                }));
                frames.Add(RunUpdated(e));
                break;
            case StageFailed failed:
                frames.Add(StepFrame("step.failed", step, e, writer =>
                {
                    writer.WriteString("status"u8, "FAILED"u8);
                    ContractJson.WriteError(writer, "error"u8, failed.Error);
                    ContractJson.WriteTime(writer, "failedAt"u8, e.Time);
                    writer.WriteNumber("attempt"u8, Math.Max(1, e.Attempt));
                    writer.WriteBoolean("willRetry"u8, failed.WillRetry);
                }));
                if (!failed.WillRetry) frames.Add(RunUpdated(e));
                break;
            case StageStarted or StageSkipped or StageCancelled:
                Updated(frames, step, e);
                break;
            case StageQueued or StageWaiting or StageExpanded or StageCompleted or DebugPaused or ApprovalRequested:
                frames.Add(StepUpdated(step, e));
                break;
        }
    }

    private void Updated(List<PlaybookFrame> frames, StageState step, ExecutionEvent e)
    {
        frames.Add(StepUpdated(step, e));
        frames.Add(RunUpdated(e));
    }

    private PlaybookFrame StepUpdated(StageState step, ExecutionEvent e) => StepFrame("step.updated", step, e, writer =>
    {
        writer.WriteString("status"u8, PlaybookTerms.StatusOf(step.Status));
        ContractJson.WriteTime(writer, "startedAt"u8, step.Status == StageStatus.Running ? step.StartedAt : null);
    });

    private PlaybookFrame Logged(StageState step, ExecutionEvent e, StageLine line) => StepFrame("step.log.appended", step, e, writer =>
    {
        writer.WriteStartObject("logEntry"u8);
        writer.WriteString("level"u8, line.Level);
        writer.WriteString("message"u8, line.Text);
        ContractJson.WriteTime(writer, "timestamp"u8, e.Time);
        writer.WriteEndObject();
    });

    private PlaybookFrame RunUpdated(ExecutionEvent e) => Frame("run.updated", null, e.Time, writer =>
    {
        writer.WriteString("status"u8, PlaybookTerms.StatusOf(state.Status));
        writer.WriteString("currentStepKey"u8, PlaybookTerms.CurrentOf(state));
        writer.WriteNumber("progress"u8, PlaybookTerms.PercentOf(state));
    });

    private PlaybookFrame RunCompleted(ExecutionEvent e) => Frame("run.completed", null, e.Time, writer =>
    {
        var counts = state.CountStages();
        writer.WriteString("status"u8, "COMPLETED"u8);
        ContractJson.WriteTime(writer, "completedAt"u8, e.Time);
        writer.WriteNumber("totalSteps"u8, counts.Total);
        writer.WriteNumber("successfulSteps"u8, counts.Completed);
    });

    private PlaybookFrame StepFrame(string type, StageState step, ExecutionEvent e, Action<Utf8JsonWriter> payload) => Frame(type, step.Id, e.Time, payload);

    private PlaybookFrame Frame(string type, string? step, DateTimeOffset time, Action<Utf8JsonWriter> payload) => new(type, ContractJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("runId"u8, state.Id);
        writer.WriteString("stepKey"u8, step);
        ContractJson.WriteTime(writer, "timestamp"u8, time);
        writer.WriteStartObject("payload"u8);
        payload(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }));
}
