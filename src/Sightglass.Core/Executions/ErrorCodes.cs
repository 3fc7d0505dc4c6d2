namespace Sightglass.Core.Executions;

/// <summary>The codes of errors that the engine itself records; those of stage types stand with them. Every code has a line
/// in <c>docs/reference/errors.md</c> and is never reused.</summary>
public static class ErrorCodes
{
    /// <summary>An expression failed when the stage was to start.</summary>
    public const string ExpressionFailed = "expression_failed";

    /// <summary>The worker's process died while the attempt ran.</summary>
    public const string WorkerDied = "worker_died";

    /// <summary>The worker was stopped while the attempt ran.</summary>
    public const string WorkerStopped = "worker_stopped";

    /// <summary>The stage's worker died three times in a row.</summary>
    public const string WorkerCrashed = "worker_crashed";

    /// <summary>The attempt took longer than its timeout.</summary>
    public const string Timeout = "timeout";

    /// <summary>A person, or the deadline, rejected the approval.</summary>
    public const string ApprovalRejected = "approval_rejected";

    /// <summary>The trigger did not hold in the time given.</summary>
    public const string TriggerTimeout = "trigger_timeout";

    /// <summary>Some instances of a forEach stage failed.</summary>
    public const string InstancesFailed = "instances_failed";

    /// <summary>The forEach expression gave no list, or one that is too long.</summary>
    public const string ItemsInvalid = "items_invalid";

    /// <summary>The condition of a repetition did not hold by the last iteration.</summary>
    public const string RepeatExhausted = "repeat_exhausted";

    /// <summary>The child execution failed.</summary>
    public const string ChildFailed = "child_failed";

    /// <summary>The child execution was cancelled.</summary>
    public const string ChildCancelled = "child_cancelled";

    /// <summary>The moment to wait for is no RFC 3339 time.</summary>
    public const string WaitInvalid = "wait_invalid";

    /// <summary>The output is larger than 10 MB.</summary>
    public const string OutputTooLarge = "output_too_large";

    /// <summary>The stage type threw.</summary>
    public const string InternalError = "internal_error";

    /// <summary>A secret that the stage names is not configured.</summary>
    public const string SecretMissing = "secret_missing";
}
