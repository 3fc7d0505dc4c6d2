using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Scheduling;

/// <summary>What stands in an actor's mailbox.</summary>
internal abstract record ActorMessage;

/// <summary>A command, made when its turn comes so that it carries the time of the decision.</summary>
internal sealed record CommandMessage(
    Func<DateTimeOffset, ExecutionCommand> Make, TaskCompletionSource<CommandAnswer>? Answer, RememberedRequest? Once = null) : ActorMessage;

/// <summary>An attempt has something to report.</summary>
internal sealed record ReportsMessage(AttemptOutput Output) : ActorMessage;

/// <summary>An attempt has ended; the rest of its output goes first.</summary>
internal sealed record FinishedMessage(RunningAttempt Attempt, AttemptOutput? Output, StageResult Result, double DurationMs) : ActorMessage;

/// <summary>A worker's slot was granted.</summary>
internal sealed record GrantMessage : ActorMessage
{
    public static GrantMessage Instance { get; } = new();
}

/// <summary>What was held for the store may go on.</summary>
internal sealed record ReleaseMessage : ActorMessage
{
    public static ReleaseMessage Instance { get; } = new();
}

/// <summary>Somebody wants to read the state as it is committed.</summary>
internal sealed record QueryMessage(Action<ExecutionState> Read, Action<Exception> Fail) : ActorMessage;
