using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Cli.LiveView;

/// <summary>Events in words.</summary>
internal static class EventLine
{
    /// <summary>Says what happened; <see langword="null"/> for what does not deserve a line.</summary>
    /// <param name="e">The event.</param>
    /// <param name="state">The execution, with this event; <see langword="null"/> where it is not known.</param>
    public static string? Describe(ExecutionEvent e, ExecutionState? state) => e.Data switch
    {
        ExecutionCreated data => $"{data.Name} ({data.PipelineId}) is execution {e.ExecutionId}{(state is null ? "" : ", " + Durations.Count(state.Stages.Count, "stage"))}{(data.Group is null ? "" : $", of the concurrency group '{Clean(data.Group.Name)}'")}",
        ExecutionStarted when state?.Created.Group is { } group => $"has a slot of the concurrency group '{Clean(group.Name)}'",
        ExecutionPaused data => "paused" + By(data.By) + Because(data.Reason),
        ExecutionResumed data => "resumed" + By(data.By),
        ExecutionCancelling data => "cancelling" + By(data.By) + Because(data.Reason),
        ExecutionReopened data => $"re-opened{By(data.By)}, turn {data.Turn}",
        StageWaiting data => Waiting(data),
        StageStarted data => Started(e, state, data),
        StageExpanded data => Durations.Count(data.Count, "instance"),
        StageCompleted data => $"completed in {Durations.Of(data.Duration)}{Cost(data.Cost)}{(data.WillRepeat ? ", repeats" : "")}",
        StageFailed data => $"{Failed(data)}: {Message(data.Error)}{Again(data)}",
        StageSkipped data => "skipped: " + Words(data.Reason) + (data.Detail is null ? "" : ", " + Clean(data.Detail)),
        StageCancelled data => "cancelled: " + Words(data.Reason),
        StageUndoStarted => "undo started",
        StageUndoCompleted data => $"undo completed in {Durations.Of(data.Duration)}",
        StageUndoFailed data => "undo failed: " + Message(data.Error),
        StageLogged { Level: "debug" } => null,
        StageLogged data => $"{data.Level}: {Clean(data.Message)}",
        StageProgressed data => $"{data.Fraction:P0}{(data.Message is null ? "" : " " + Clean(data.Message))}",
        BreakpointSet data => "breakpoint set" + By(data.By),
        BreakpointCleared data => "breakpoint cleared" + By(data.By),
        DebugPaused data => $"stopped before it starts ({data.Reason}) – sightglass resume {ShortId.Of(e.ExecutionId)}",
        DebugResumed { Mode: "ended" } => "will not run; the execution goes on",
        DebugResumed data => (data.Mode == "step" ? "goes on, one step" : "goes on") + By(data.By),
        ApprovalRequested data => $"waits for approval{(data.Message is null ? "" : ": " + Clean(data.Message))} – sightglass approve {ShortId.Of(e.ExecutionId)} {e.Stage}",
        ApprovalGranted data => "approved" + By(data.By) + Because(data.Comment),
        ApprovalRejected data => "rejected" + By(data.By) + Because(data.Comment),
        ApprovalWithdrawn => "no approval is needed any more",
        TriggerEvaluated { TimedOut: { } action } data => $"{Clean(data.Why ?? "waited long enough")}, then {action}",
        AgentToolCalled data => $"tool {Clean(data.Tool)} took {Durations.Of(data.Duration)}",
        AgentMessageSent data => $"{Clean(data.From)} → {Clean(data.To)} ({data.Kind})",
        _ => null,
    };

    private static string? Waiting(StageWaiting data) => data.For switch
    {
        "approval" or "retry" or "repeat" or "slot" or "dependencies" => null,
        _ => $"waits for {Words(data.For)}{(data.Detail is null ? "" : " " + Clean(data.Detail))}",
    };

    private static string Started(ExecutionEvent e, ExecutionState? state, StageStarted data)
    {
        var again = (e.Attempt > 1 && e.Iteration <= 1 ? $", attempt {e.Attempt}" : "") + (e.Iteration > 1 ? $", iteration {e.Iteration}" : "");
        var notes = (state?.Find(e.Stage!)?.Type + again).TrimStart(',', ' ');
        return (notes.Length == 0 ? "started" : $"started ({notes})") + (data.Child is { } child ? $", execution {child}" : "");
    }

    // What nobody measured, earlier versions wrote as 0.
    private static string Failed(StageFailed data) =>
        !data.Lost ? $"failed after {Durations.Of(data.Duration)}"
        : data.Duration > 0 ? $"lost after at most {Durations.Of(data.Duration)}"
        : "lost";

    private static string Again(StageFailed data) => data.WillRetry ? "; it will run again" : "";

    private static string Message(StageError? error) => error is null ? "no reason was given" : Clean(error.Message);

    private static string Cost(decimal? cost) => cost is > 0 ? ", " + Durations.Cost(cost.Value) : "";

    private static string By(string? who) => who is null ? "" : " by " + Clean(who);

    private static string Because(string? why) => why is null ? "" : ": " + Clean(why);

    private static string Words(string code) => Clean(code).Replace('_', ' ');

    private static string Clean(string text) => TerminalText.Clean(text.ReplaceLineEndings(" "));
}
