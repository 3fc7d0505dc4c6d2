using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary>Ends a log of which only the beginning is left: it must not be continued from a state that is long past.</summary>
public static class DamagedLog
{
    /// <summary>The code of an execution whose log was damaged.</summary>
    public const string Code = "log_damaged";

    /// <summary>Gives the events that end an execution where its log breaks off: its open attempts fail, then the execution.</summary>
    /// <param name="state">The state at the end of what is left; it moves on with the events.</param>
    /// <param name="message">What is lost.</param>
    /// <param name="now">The time; events are never earlier than what stands before them.</param>
    /// <returns>The events; none where it stands ended there.</returns>
    public static IReadOnlyList<ExecutionEvent> End(ExecutionState state, string message, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        var events = new List<ExecutionEvent>();
        if (state.Status.IsTerminal()) return events;
        var time = now > state.LastTime ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : state.LastTime;
        var error = new StageError(Code, message);
        foreach (var stage in state.Stages.SelectMany(stage => state.InstancesOf(stage.Id).Prepend(stage)).Where(stage => stage.InAttempt).ToList())
            Emit(stage, new StageFailed { Error = error });
        var counts = state.CountStages();
        var duration = Math.Round((time - (state.StartedAt ?? state.CreatedAt)).TotalMilliseconds, 3);
        Emit(null, new ExecutionFailed { Error = error, Totals = new ExecutionTotals(counts.Completed, counts.Skipped, counts.Failed, state.Cost, duration) });
        return events;

        void Emit(StageState? stage, EventData data)
        {
            var e = new ExecutionEvent(state.LastSeq + 1, time, state.Id, stage?.Key, stage?.Attempt ?? 0, stage?.Iteration ?? 0, data);
            state.Apply(e);
            events.Add(e);
        }
    }
}
