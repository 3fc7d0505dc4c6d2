using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>
/// Something that happened outside and that the decider answers with events. Time and randomness come in here and nowhere
/// else.
/// </summary>
/// <param name="Now">The clock's reading.</param>
internal abstract record ExecutionCommand(DateTimeOffset Now);

/// <summary>A worker's slot is free: hand out the stage that is due next.</summary>
internal sealed record HandOut(DateTimeOffset Now, WorkerIdentity Worker) : ExecutionCommand(Now);

/// <summary>An attempt, or the undo of a stage, has ended.</summary>
/// <param name="Now">The clock's reading.</param>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Attempt">The attempt; a result for another one is refused.</param>
/// <param name="Result">How it ended.</param>
/// <param name="DurationMs">How long it took by the monotonic clock.</param>
/// <param name="Jitter">A draw from [0, 1) for the delay of a retry.</param>
/// <param name="Lost">Whether the worker died, so that nothing is known of the work.</param>
internal sealed record FinishAttempt(DateTimeOffset Now, string Stage, int Attempt, StageResult Result, double DurationMs, double Jitter, bool Lost = false) : ExecutionCommand(Now);

/// <summary>The undo of a stage has ended; <paramref name="Attempt"/> is the attempt that it undoes.</summary>
internal sealed record FinishUndo(DateTimeOffset Now, string Stage, int Attempt, StageResult Result, double DurationMs) : ExecutionCommand(Now);

/// <summary>The child execution of a stage has ended.</summary>
internal sealed record FinishChild(DateTimeOffset Now, string Stage, int Attempt, ExecutionStatus Status, Payload Output, StageError? Error, double Jitter) : ExecutionCommand(Now);

/// <summary>Something may be due.</summary>
internal sealed record TimerDue(DateTimeOffset Now, double Jitter) : ExecutionCommand(Now);

/// <summary>A person stops the execution.</summary>
internal sealed record Cancel(DateTimeOffset Now, string? By, string? Reason, TimeSpan Grace) : ExecutionCommand(Now);

/// <summary>A person holds the execution.</summary>
internal sealed record Pause(DateTimeOffset Now, string? By, string? Reason) : ExecutionCommand(Now);

/// <summary>A slot of its concurrency group is free for it.</summary>
internal sealed record TakeGroupSlot(DateTimeOffset Now) : ExecutionCommand(Now);

/// <summary>A person lets it go on.</summary>
internal sealed record Resume(DateTimeOffset Now, string? By) : ExecutionCommand(Now);

/// <summary>A person sets a breakpoint before a stage, by its id.</summary>
internal sealed record SetBreakpoint(DateTimeOffset Now, string Stage, string? By) : ExecutionCommand(Now);

/// <summary>A person takes one away.</summary>
internal sealed record ClearBreakpoint(DateTimeOffset Now, string Stage, string? By) : ExecutionCommand(Now);

/// <summary>A person lets the stage start at which it stands stopped, and nothing after it.</summary>
internal sealed record Step(DateTimeOffset Now, string? By) : ExecutionCommand(Now);

/// <summary>A person runs the failed stages, and what depends on them, once more.</summary>
internal sealed record Retry(DateTimeOffset Now, string? By) : ExecutionCommand(Now);

/// <summary>A person answers an approval.</summary>
/// <param name="Now">The clock's reading.</param>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Granted">Whether it is given.</param>
/// <param name="By">Who answers.</param>
/// <param name="Comment">What they say to it.</param>
/// <param name="May">Tells by the roles and people who are asked whether this person is among them; everybody is where it is absent.
/// It depends on nothing else.</param>
internal sealed record AnswerApproval(DateTimeOffset Now, string Stage, bool Granted, string? By, string? Comment, Func<IReadOnlyList<string>, bool>? May = null) : ExecutionCommand(Now);

/// <summary>A custom event arrived.</summary>
internal sealed record DeliverEvent(DateTimeOffset Now, string EventType, Payload Data) : ExecutionCommand(Now);

/// <summary>The engine cannot go on with this execution.</summary>
internal sealed record FailExecution(DateTimeOffset Now, StageError Error) : ExecutionCommand(Now);

/// <summary>What the decider says to a command.</summary>
/// <param name="Accepted">Whether it had, or already has, the effect asked for.</param>
/// <param name="Code">Stable code of a refusal, or of what happened.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record CommandAnswer(bool Accepted, string Code, string Message)
{
    internal static CommandAnswer Done { get; } = new(true, "done", "Done.");
}
