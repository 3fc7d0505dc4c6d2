using System.Text.Json;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary><c>stage.queued</c>: ready, waits for a slot.</summary>
public sealed record StageQueued : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.queued";

    /// <summary>Gets the priority: urgent, high, medium or low.</summary>
    public string Priority { get; init; } = "medium";

    /// <summary>Gets the lane, which is the priority and what the stage asks of a worker.</summary>
    public string Lane { get; init; } = "medium";
}

/// <summary><c>stage.waiting</c>: says what for.</summary>
public sealed record StageWaiting : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.waiting";

    /// <summary>Gets <c>event</c>, <c>approval</c> or <c>timer</c>.</summary>
    public string For { get; init; } = "";

    /// <summary>Gets when the wait ends by itself.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Gets more: the event's type, the question asked.</summary>
    public string? Detail { get; init; }
}

/// <summary><c>stage.started</c>: an attempt is handed to a worker.</summary>
public sealed record StageStarted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.started";

    /// <summary>Gets who runs it; absent for <c>wait</c> and <c>pipeline</c>, which need no worker.</summary>
    public WorkerIdentity? Worker { get; init; }

    /// <summary>Gets the body with every expression resolved; secrets stay as the author wrote them.</summary>
    public Payload Input { get; init; } = Payload.Null;

    /// <summary>Gets the personality of an agent.</summary>
    public JsonElement? Personality { get; init; }

    /// <summary>Gets the hash of that personality.</summary>
    public string? PersonalityHash { get; init; }

    /// <summary>Gets the child execution of a <c>pipeline</c> stage.</summary>
    public Guid? Child { get; init; }

    /// <summary>Gets when a <c>wait</c> ends by itself, or an attempt without a worker times out.</summary>
    public DateTimeOffset? Until { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Input = map(Input) };
}

/// <summary><c>stage.expanded</c>: a <c>forEach</c> knows its items.</summary>
public sealed record StageExpanded : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.expanded";

    /// <summary>Gets how many instances there are.</summary>
    public int Count { get; init; }

    /// <summary>Gets the items, a list.</summary>
    public Payload Items { get; init; } = Payload.Null;

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Items = map(Items) };
}

/// <summary><c>stage.completed</c>.</summary>
public sealed record StageCompleted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.completed";

    /// <summary>Gets the output.</summary>
    public Payload Output { get; init; } = Payload.Null;

    /// <summary>Gets how long the attempt took, in milliseconds.</summary>
    public double Duration { get; init; }

    /// <summary>Gets the cost.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Gets the tokens.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets what it used.</summary>
    public ResourceUsage? Resources { get; init; }

    /// <summary>Gets whether another iteration follows.</summary>
    public bool WillRepeat { get; init; }

    /// <summary>Gets when it starts, where it waits first.</summary>
    public DateTimeOffset? RepeatAt { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Output = map(Output) };
}

/// <summary><c>stage.failed</c>.</summary>
public sealed record StageFailed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.failed";

    /// <summary>Gets the error.</summary>
    public StageError? Error { get; init; }

    /// <summary>Gets the output that a failed attempt had.</summary>
    public Payload? Output { get; init; }

    /// <summary>Gets how long the attempt took, in milliseconds.</summary>
    public double Duration { get; init; }

    /// <summary>Gets the cost.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Gets the tokens.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets what it used.</summary>
    public ResourceUsage? Resources { get; init; }

    /// <summary>Gets whether another attempt follows.</summary>
    public bool WillRetry { get; init; }

    /// <summary>Gets when it starts.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Gets whether the worker died, which does not count as one of <c>maxAttempts</c>.</summary>
    public bool Lost { get; init; }

    /// <summary>Gets whether nobody knows how it ended, since its worker went: also the last of several, which ends the stage.</summary>
    internal bool IsLost => Lost || Error?.Code == ErrorCodes.WorkerCrashed;

    /// <summary>Gives how long the attempt took, in milliseconds. Of one that was lost and that nobody measured it is the time until
    /// its loss was found, which is the most that it can have been; logs of earlier versions have 0 there.</summary>
    /// <param name="found">The time of this event.</param>
    /// <param name="started">When the attempt started.</param>
    internal double DurationUntil(DateTimeOffset found, DateTimeOffset? started) =>
        IsLost && Duration == 0 && started is { } from ? found.ToUnixTimeMilliseconds() - from.ToUnixTimeMilliseconds() : Duration;

    internal override EventData MapPayloads(Func<Payload, Payload> map) => Output is null ? this : this with { Output = map(Output) };
}

/// <summary><c>stage.skipped</c>.</summary>
public sealed record StageSkipped : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.skipped";

    /// <summary>Gets the code: <c>condition_false</c>, <c>branch_not_taken</c>, <c>dependency_skipped</c>,
    /// <c>dependency_failed</c>, <c>trigger_impossible</c>, <c>trigger_timeout</c>, <c>execution_failed</c>, <c>early_exit</c>,
    /// <c>not_run</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Gets the stage or expression that is the cause.</summary>
    public string? Detail { get; init; }
}

/// <summary><c>stage.cancelled</c>.</summary>
public sealed record StageCancelled : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.cancelled";

    /// <summary>Gets the code: <c>execution_cancelled</c>, <c>execution_failed</c>, <c>early_exit</c>, <c>unreachable</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Gets how long the attempt ran, in milliseconds.</summary>
    public double? Duration { get; init; }
}

/// <summary><c>stage.undo.started</c>: rollback runs the stage's undo body.</summary>
public sealed record StageUndoStarted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.undo.started";

    /// <summary>Gets who runs it.</summary>
    public WorkerIdentity? Worker { get; init; }

    /// <summary>Gets the body with every expression resolved.</summary>
    public Payload Input { get; init; } = Payload.Null;

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Input = map(Input) };
}

/// <summary><c>stage.undo.completed</c>.</summary>
public sealed record StageUndoCompleted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.undo.completed";

    /// <summary>Gets how long it took, in milliseconds.</summary>
    public double Duration { get; init; }
}

/// <summary><c>stage.undo.failed</c>: recorded, and the rollback goes on with the next stage.</summary>
public sealed record StageUndoFailed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.undo.failed";

    /// <summary>Gets the error.</summary>
    public StageError? Error { get; init; }

    /// <summary>Gets how long it took, in milliseconds.</summary>
    public double Duration { get; init; }
}
