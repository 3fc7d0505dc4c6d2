using System.Globalization;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Executions.Decisions;

/// <content>Breakpoints. The gate is at hand-out: while it stands stopped before one stage nothing new starts at all, as a
/// debugger holds a whole program; what runs goes on. A stage that is let go is the next to start.</content>
internal sealed partial class ExecutionDecider
{
    /// <summary>Gets the stage that was let go and waits for a worker's slot.</summary>
    private StageState? Released =>
        state.Released is { } key && state.Find(key) is { Status: StageStatus.Queued } s && !PlanOf(s).IsSlotless ? s : null;

    private StagePriority? LaneOfReleased => Released is { } s ? LaneOf(PlanOf(s)) : null;

    /// <summary>Tells whether a stage without a slot is ready beyond its trigger: for another attempt, or let go.</summary>
    private static bool IsHeld(StageState s) => s.WaitingFor is "retry" or "repeat" || s.Status == StageStatus.Queued;

    /// <summary>Stops before an attempt, where it is to.</summary>
    private bool StopsAt(StageState s)
    {
        if (state.Released == s.Key) return false;
        var isSet = state.Breakpoints.Contains(s.Id);
        if (!isSet && !state.Stepping) return false;
        Emit(s, new DebugPaused { Reason = isSet ? "breakpoint" : "step" });
        return true;
    }

    private CommandAnswer Set(SetBreakpoint c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (!plan.Index.TryGetValue(c.Stage, out var index)) return NoStage(c.Stage);
        if (state.Breakpoints.Contains(c.Stage)) return new CommandAnswer(true, "breakpoint_set", "There is a breakpoint already.");
        if (state.Breakpoints.Count >= ExecutionLimits.MaxBreakpoints)
            return new CommandAnswer(false, "too_many_breakpoints", string.Create(CultureInfo.InvariantCulture, $"An execution has at most {ExecutionLimits.MaxBreakpoints} breakpoints; take another one away."));
        Emit(state.Stages[index], new BreakpointSet { By = c.By });
        return CommandAnswer.Done;
    }

    private CommandAnswer Clear(ClearBreakpoint c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (!plan.Index.TryGetValue(c.Stage, out var index)) return NoStage(c.Stage);
        if (!state.Breakpoints.Contains(c.Stage)) return new CommandAnswer(true, "breakpoint_not_set", "There is no breakpoint.");
        Emit(state.Stages[index], new BreakpointCleared { By = c.By });
        return CommandAnswer.Done;
    }

    private CommandAnswer Advance(Step c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (state.Stop is { } stop) return Release(stop, "step", c.By);
        return new CommandAnswer(false, "not_stopped", "It does not stand at a breakpoint: set one, and wait until it is reached.");
    }

    private CommandAnswer Release(DebugStop stop, string mode, string? by)
    {
        var s = state.Find(stop.Stage)!;
        Emit(s, new DebugResumed { Mode = mode, By = by });
        if (PlanOf(s).IsSlotless) ready.Held.Add(s.Key);
        return CommandAnswer.Done;
    }

    /// <summary>Goes on where the stage before which it stopped has come to its end without a start.</summary>
    private void LeaveEndedStop()
    {
        if (state.Stop is { } stop && state.Find(stop.Stage) is { } s && s.Status.IsTerminal()) Emit(s, new DebugResumed { Mode = "ended" });
    }

    private static CommandAnswer NoStage(string stage) =>
        new(false, "stage_not_found", $"There is no stage '{stage}'; a breakpoint is set by the stage's id and holds for all its instances.");
}
