using System.Collections.Immutable;

namespace Sightglass.Core.Executions;

/// <content>Breakpoints, and where the execution stands stopped at one.</content>
public sealed partial class ExecutionState
{
    /// <summary>Gets the ids of the stages before whose attempts it stops, in ordinal order.</summary>
    public ImmutableSortedSet<string> Breakpoints { get; private set; } = NoBreakpoints;

    /// <summary>Gets where it stands stopped by a breakpoint or a step; <see langword="null"/> while it does not.</summary>
    public DebugStop? Stop { get; private set; }

    /// <summary>Gets the stage that was stopped and may start now: the one that starts next.</summary>
    internal string? Released { get; private set; }

    /// <summary>Gets whether it stops before whatever follows <see cref="Released"/>.</summary>
    internal bool Stepping { get; private set; }

    private static ImmutableSortedSet<string> NoBreakpoints { get; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private void ApplyBreakpoints(ExecutionCreated data) => Breakpoints = data.Breakpoints is null ? NoBreakpoints : NoBreakpoints.Union(data.Breakpoints);

    private void ApplyStop(StageState stage, ExecutionEvent e)
    {
        Stop = new DebugStop(stage.Key, e.Seq);
        Stepping = false;
        Status = ExecutionStatus.Paused;
        stage.Status = StageStatus.Blocked;
        stage.WaitingFor = DebugStop.WaitingFor;
        stage.Due = null;
        TriggerFold.Close(stage);
    }

    private void ApplyGoOn(StageState stage, DebugResumed data)
    {
        Stop = null;
        Stepping = data.Mode == "step";
        Status = StartedAt is null ? ExecutionStatus.Queued : ExecutionStatus.Running;
        if (stage.WaitingFor != DebugStop.WaitingFor) return;
        Released = stage.Key;
        stage.Status = StageStatus.Queued;
        stage.WaitingFor = null;
    }

    /// <summary>Forgets where it stands; the breakpoints stay.</summary>
    private void LeaveStop()
    {
        Stop = null;
        Released = null;
        Stepping = false;
    }
}
