using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.External;

namespace Sightglass.Core.Monitoring.Runs;

/// <content>A run whose events come ready made from another program: the same rules, and nothing ends by itself.</content>
internal sealed partial class MonitoredRun
{
    /// <summary>Takes a run up from its log.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="state">The state at the end of the log.</param>
    /// <param name="epoch">What the claim of it gave.</param>
    /// <param name="printed">How many bytes the running attempts have printed, by stage.</param>
    /// <param name="time">The clock.</param>
    public static MonitoredRun Restore(MonitoredPlan plan, ExecutionState state, long epoch, IReadOnlyDictionary<string, long> printed, TimeProvider time)
    {
        var run = new MonitoredRun(state.Id, plan, time, state, epoch, endsByItself: false);
        foreach (var stage in state.Stages.Where(s => s.InAttempt)) run._open[stage.Key] = new OpenAttempt(time.GetTimestamp()) { Offset = printed.GetValueOrDefault(stage.Key) };
        return run;
    }

    /// <summary>Gets the sequence of the newest event.</summary>
    public long LastSeq => _state.LastSeq;

    /// <summary>Gets what created it.</summary>
    public ExecutionCreated Created => _state.Created;

    /// <summary>Records an event. It has the time that is reported, unless that lies before the event before it or in the future.</summary>
    /// <exception cref="MonitorException">The event makes no sense here; its code says why.</exception>
    public void Take(ReportedEvent e)
    {
        Begin();
        if (e.Time is { } reported && reported < _now)
            _now = reported > _state.LastTime ? reported.AddTicks(-(reported.Ticks % TimeSpan.TicksPerMicrosecond)) : _state.LastTime;
        if (e.Data is ExecutionStarted or ExecutionCancelling or ExecutionCompleted or ExecutionFailed or ExecutionCancelled)
        {
            if (e.Stage is not null) throw ReportedEvent.Invalid($"'{e.Data.EventType}' is of the execution; leave 'stage' out");
            TakeRun(e);
            return;
        }

        TakeStage(e.Stage ?? throw ReportedEvent.Invalid("'stage' is missing"), e);
    }

    private void TakeRun(ReportedEvent e)
    {
        switch (e.Data)
        {
            case ExecutionStarted when _state.StartedAt is null:
                Emit(null, 0, e.Data);
                break;
            case ExecutionStarted:
                throw new MonitorException("run_started", $"Run {id} has started already.");
            case ExecutionCancelling asked when !_state.Cancelling:
                Emit(null, 0, asked with { By = Bounded(asked.By), Reason = Bounded(asked.Reason), Deadline = _now });
                break;
            case ExecutionCancelling:
                throw new MonitorException("cancelling", $"Run {id} is being cancelled already.");
            case ExecutionCompleted completed:
                CompleteRun(e.HasOutput ? completed.Output : null, completed.Result);
                break;
            case ExecutionFailed failed:
                if (failed.FailedStage is { } stage) Find(stage);
                FailRun(failed.Error!, failed.FailedStage);
                break;
            case ExecutionCancelled cancelled:
                CancelRun(null, cancelled.Reason);
                break;
        }
    }

    private void TakeStage(string stage, ReportedEvent e)
    {
        switch (e.Data)
        {
            case StageQueued: Queue(stage); break;
            case StageWaiting or TriggerEvaluated:
                Ready(stage);
                Emit(stage, 0, e.Data);
                break;
            case StageStarted started:
                Expect(e, Ready(stage).Attempt + 1);
                Start(stage, started with { Child = null, Until = null });
                break;
            case StageSkipped skipped:
                Ready(stage);
                Emit(stage, 0, skipped with { Detail = Bounded(skipped.Detail) });
                break;
            case StageCancelled cancelled:
                Cancel(stage, cancelled, e.HasDuration);
                break;
            default:
                TakeReport(stage, e);
                break;
        }
    }

    private void TakeReport(string stage, ReportedEvent e)
    {
        var (s, _) = Running(stage);
        Expect(e, s.Attempt);
        var took = Math.Round((_now - (s.StartedAt ?? _now)).TotalMilliseconds, 3);
        switch (e.Data)
        {
            case StageOutputWritten output:
                Print(stage, output.Text, output.Stream == "output" ? Stages.OutputStream.Output : Stages.OutputStream.Error);
                break;
            case StageCompleted completed:
                _open.Remove(stage);
                Emit(stage, s.Attempt, completed with { Duration = e.HasDuration ? completed.Duration : took, RepeatAt = null });
                break;
            case StageFailed failed:
                _open.Remove(stage);
                Emit(stage, s.Attempt, failed with { Error = Bounded(failed.Error!), Duration = e.HasDuration ? failed.Duration : took });
                break;
            case { IsDecision: false }:
                Emit(stage, s.Attempt, e.Data);
                break;
            default:
                throw ReportedEvent.Invalid($"'{e.Data.EventType}' cannot be reported");
        }
    }

    private void Cancel(string stage, StageCancelled cancelled, bool hasDuration)
    {
        var s = Find(stage);
        if (s.Status.IsTerminal()) throw StageEnded(s);
        double? duration = _open.Remove(stage) ? hasDuration ? cancelled.Duration : Math.Round((_now - (s.StartedAt ?? _now)).TotalMilliseconds, 3) : null;
        Emit(stage, duration is null ? 0 : s.Attempt, cancelled with { Duration = duration });
    }

    private static void Expect(ReportedEvent e, int attempt)
    {
        if (e.Attempt > 0 && e.Attempt != attempt)
            throw new MonitorException("attempt_mismatch", $"Stage '{e.Stage}' is at attempt {attempt}, the event says {e.Attempt}; leave 'attempt' out, or report what happened before.");
    }
}
