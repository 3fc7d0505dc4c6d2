using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Monitoring.Runs;

/// <content>How a run ends.</content>
internal sealed partial class MonitoredRun
{
    public void CompleteRun(Payload? output, string result = "success")
    {
        if (_open.Keys.FirstOrDefault() is { } running)
            throw new MonitorException("stage_running", $"Stage '{running}' runs still; report its end first, or end the run with FailRun or CancelRun.");
        SkipRest("not_run");
        Emit(null, 0, new ExecutionCompleted { Result = result, Output = output ?? OutputOfSinks(), Totals = Totals() });
    }

    public void FailRun(StageError error, string? failedStage = null)
    {
        CancelRest("execution_failed");
        Emit(null, 0, new ExecutionFailed { Error = Bounded(error), FailedStage = failedStage, Totals = Totals() });
    }

    public void CancelRun(string? by, string? reason)
    {
        if (!_state.Cancelling) Emit(null, 0, new ExecutionCancelling { By = Bounded(by), Reason = Bounded(reason), Deadline = _now });
        CancelRest("execution_cancelled");
        Emit(null, 0, new ExecutionCancelled { Reason = Bounded(reason), Totals = Totals() });
    }

    /// <summary>Records what ran as lost: the program that reported it is gone.</summary>
    public void Recover(RecoveryRule rule)
    {
        foreach (var s in _state.Stages.Where(s => s.InAttempt).ToList())
        {
            Emit(s.Key, s.Attempt, new StageFailed
            {
                Error = new StageError(ErrorCodes.WorkerDied, "The program that reported this stage ended while it ran."),
                Duration = Math.Round((_now - (s.StartedAt ?? _now)).TotalMilliseconds, 3),
                Lost = true,
                WillRetry = rule == RecoveryRule.GoOn,
            });
        }

        if (rule == RecoveryRule.EndAsLost)
            FailRun(new StageError("run_lost", "The program that reported this run ended before the run did."));
    }

    /// <summary>Ends the run when all stages have ended, or when one has failed and the definition says that nothing starts
    /// after that.</summary>
    private void EndIfDone()
    {
        if (!endsByItself) return;
        var counts = _state.CountStages();
        var isDone = counts.Pending == 0 && counts.Running == 0;
        if (!isDone && counts.Failed > 0 && counts.Running == 0 && plan.Definition.OnFailure != FailurePolicy.Continue)
            isDone = _state.Stages.All(s => s.Status.IsTerminal() || (s.Attempt == 0 && !plan.IsHandler(s.Id)));
        if (!isDone) return;
        SkipRest("execution_failed");
        if (_state.Stages.Where(s => s.Status == StageStatus.Failed).MinBy(s => s.EndedSeq) is { } failed)
            Emit(null, 0, new ExecutionFailed { Error = failed.Error, FailedStage = failed.Key, Totals = Totals() });
        else
            Emit(null, 0, new ExecutionCompleted { Output = OutputOfSinks(), Totals = Totals() });
    }

    private void SkipRest(string reason)
    {
        foreach (var s in _state.Stages)
        {
            if (!s.Status.IsTerminal()) Emit(s.Key, 0, new StageSkipped { Reason = reason });
        }
    }

    private void CancelRest(string reason)
    {
        foreach (var s in _state.Stages)
        {
            if (s.Status.IsTerminal()) continue;
            double? duration = _open.Remove(s.Key, out var attempt) ? DurationOf(attempt, new StageUsage()) : null;
            Emit(s.Key, duration is null ? 0 : s.Attempt, new StageCancelled { Reason = reason, Duration = duration });
        }
    }

    /// <summary>The output of the only last stage, or a map of those by id, as an engine gives it. A large one stands in it
    /// by reference.</summary>
    private Payload OutputOfSinks()
    {
        var ended = plan.Sinks.Select(id => _state.Find(id)!).Where(s => s is { Status: StageStatus.Completed, Output: not null }).ToList();
        if (plan.Sinks.Count == 1) return ended.Count == 1 ? ended[0].Output! : Payload.Null;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions);
        writer.WriteStartObject();
        foreach (var s in ended)
        {
            writer.WritePropertyName(s.Id);
            s.Output!.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return Payload.FromJson(buffer.WrittenMemory);
    }

    private ExecutionTotals Totals()
    {
        var counts = _state.CountStages();
        return new ExecutionTotals(counts.Completed, counts.Skipped, counts.Failed, _state.Cost, Math.Round((_now - (_state.StartedAt ?? _state.CreatedAt)).TotalMilliseconds, 3));
    }
}
