namespace Sightglass.Core.Executions;

/// <summary>Status of an execution, spelt in lower case on the wire.</summary>
public enum ExecutionStatus
{
    /// <summary>Created; its first stage has not been handed out.</summary>
    Queued,

    /// <summary>Stages run or wait.</summary>
    Running,

    /// <summary>Held by a person or a breakpoint; nothing new starts.</summary>
    Paused,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended because someone asked.</summary>
    Cancelled,
}

/// <summary>Status of a stage, spelt in lower case on the wire.</summary>
public enum StageStatus
{
    /// <summary>What it depends on has not ended.</summary>
    Pending,

    /// <summary>Ready; waits for a slot of a worker.</summary>
    Queued,

    /// <summary>Waits for an event, a timer or a retry.</summary>
    Waiting,

    /// <summary>An attempt runs.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended with an error and will not be tried again.</summary>
    Failed,

    /// <summary>Will not run in this turn.</summary>
    Skipped,

    /// <summary>Ended because the execution was cancelled.</summary>
    Cancelled,

    /// <summary>Waits for a person: an approval or a breakpoint.</summary>
    Blocked,
}

/// <summary>Questions asked of statuses everywhere.</summary>
public static class StatusExtensions
{
    /// <summary>Tells whether an execution has ended.</summary>
    public static bool IsTerminal(this ExecutionStatus status) =>
        status is ExecutionStatus.Completed or ExecutionStatus.Failed or ExecutionStatus.Cancelled;

    /// <summary>Tells whether a stage has ended in this turn.</summary>
    public static bool IsTerminal(this StageStatus status) =>
        status is StageStatus.Completed or StageStatus.Failed or StageStatus.Skipped or StageStatus.Cancelled;

    /// <summary>Gives the wire's spelling.</summary>
    public static string ToWire(this ExecutionStatus status) => status switch
    {
        ExecutionStatus.Queued => "queued",
        ExecutionStatus.Running => "running",
        ExecutionStatus.Paused => "paused",
        ExecutionStatus.Completed => "completed",
        ExecutionStatus.Failed => "failed",
        _ => "cancelled",
    };

    /// <summary>Gives the wire's spelling.</summary>
    public static string ToWire(this StageStatus status) => status switch
    {
        StageStatus.Pending => "pending",
        StageStatus.Queued => "queued",
        StageStatus.Waiting => "waiting",
        StageStatus.Running => "running",
        StageStatus.Completed => "completed",
        StageStatus.Failed => "failed",
        StageStatus.Skipped => "skipped",
        StageStatus.Cancelled => "cancelled",
        _ => "blocked",
    };
}
