using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>
/// The rules of schedules: from the past of one and the moment to what is due. Pure, and idempotent: asked again about the
/// state it gave, it accepts nothing a second time.
/// </summary>
internal static class SchedulePlanner
{
    // A clock that was put right by less has shown times that are dealt with; one that was off by more has shown nonsense.

    /// <summary>Decides what is due.</summary>
    /// <param name="rule">The schedule as it is now.</param>
    /// <param name="before">Its past; <see langword="null"/> for a new one.</param>
    /// <param name="now">The moment.</param>
    /// <param name="options">The limits.</param>
    public static SchedulePlan Advance(ScheduleRule rule, ScheduleState? before, DateTimeOffset now, ScheduleOptions options)
    {
        var state = before ?? new ScheduleState { IsOff = true };

        // New, changed, or back: it counts from now on, since what lies behind was never promised by it.
        if (state.IsOff || state.Times != rule.Times) state = state with { Times = rule.Times, Cursor = now, IsOff = false };
        if (state.Cursor - now > ScheduleLimits.ClockCorrection) state = state with { Cursor = now };
        if (state.IsPaused) return new SchedulePlan(state, [], false, null);
        state = Accept(rule, state, now, options);
        var starts = state.Waiting.Count == 0 ? []
            : rule.Overlap == OverlapPolicy.Allow ? state.Waiting
            : state.Running.Count == 0 ? [state.Waiting[0]]
            : (IReadOnlyList<DateTimeOffset>)[];
        var cancels = rule.Overlap == OverlapPolicy.CancelRunning && state.Waiting.Count > 0 && state.Running.Count > 0;
        return new SchedulePlan(state, starts, cancels, NextDue(rule, state));
    }

    /// <summary>Notes that a time was started.</summary>
    public static ScheduleState Started(ScheduleRule rule, ScheduleState state, DateTimeOffset time, Guid execution) => state with
    {
        Waiting = [.. state.Waiting.Where(t => t != time)],
        Running = rule.Overlap == OverlapPolicy.Allow || state.Running.Contains(execution) ? state.Running : [.. state.Running, execution],
        LastTime = time,
        LastExecution = execution,
        LastError = null,
        Started = state.Started + 1,
    };

    /// <summary>Notes that a time cannot be started, and why.</summary>
    public static ScheduleState Failed(ScheduleState state, DateTimeOffset time, string error) => state with
    {
        Waiting = [.. state.Waiting.Where(t => t != time)],
        LastError = error,
        Failed = state.Failed + 1,
    };

    /// <summary>Notes that executions have ended.</summary>
    public static ScheduleState Ended(ScheduleState state, IReadOnlySet<Guid> executions) =>
        state with { Running = [.. state.Running.Where(id => !executions.Contains(id))] };

    /// <summary>Holds or releases it. What passes meanwhile is not made up for.</summary>
    public static ScheduleState Hold(ScheduleState state, bool isHeld, string? by, DateTimeOffset now) =>
        state with { IsPaused = isHeld, PausedBy = isHeld ? by : null, Cursor = now > state.Cursor ? now : state.Cursor };

    /// <summary>Gives when the next time is acted upon.</summary>
    public static DateTimeOffset? NextDue(ScheduleRule rule, ScheduleState state) => rule.Recurrence.Next(state.Cursor) is { } next ? rule.DueAt(next) : null;

    private static ScheduleState Accept(ScheduleRule rule, ScheduleState state, DateTimeOffset now, ScheduleOptions options)
    {
        if (NextDue(rule, state) is not { } first || first > now) return state;
        var most = options.MaxCatchUp + options.MaxWaiting;
        var due = rule.Recurrence.Newest(state.Cursor, now, most);

        // Only the newest can still be in its jitter: each is acted upon before the time after it.
        if (rule.DueAt(due[^1]) > now) due = rule.Recurrence.Newest(state.Cursor, due[^1].AddTicks(-1), most);
        var total = due.Count < most ? due.Count : rule.Recurrence.Count(state.Cursor, due[^1], ScheduleLimits.MaxCounted);
        var onTime = due.Where(time => now - rule.DueAt(time) <= options.MisfireAfter).ToList();
        var late = due.Take(due.Count - onTime.Count);
        List<DateTimeOffset> accepted = rule.Misfire switch
        {
            MisfirePolicy.RunAll => [.. late.TakeLast(options.MaxCatchUp), .. onTime],
            MisfirePolicy.RunOnce when onTime.Count == 0 => [.. late.TakeLast(1)],
            _ => onTime,
        };
        state = state with { Cursor = due[^1], Missed = state.Missed + total - accepted.Count };
        foreach (var time in accepted) state = Accept(rule.Overlap, state, time, options);
        return state;
    }

    private static ScheduleState Accept(OverlapPolicy overlap, ScheduleState state, DateTimeOffset time, ScheduleOptions options)
    {
        var isFree = overlap switch
        {
            OverlapPolicy.Skip => state.Running.Count + state.Waiting.Count == 0,
            OverlapPolicy.CancelRunning => true,
            _ => state.Waiting.Count < options.MaxWaiting,
        };
        if (!isFree) return state with { Skipped = state.Skipped + 1 };
        return overlap == OverlapPolicy.CancelRunning
            ? state with { Waiting = [time], Skipped = state.Skipped + state.Waiting.Count }
            : state with { Waiting = [.. state.Waiting, time] };
    }
}
