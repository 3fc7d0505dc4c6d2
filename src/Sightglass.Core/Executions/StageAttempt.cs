using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary>One attempt of a stage, as the log tells it.</summary>
public sealed record StageAttempt
{
    /// <summary>Gets its number, from 1, counting on through retries and repetitions.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the iteration of a repeated stage it belongs to, from 1.</summary>
    public required int Iteration { get; init; }

    /// <summary>Gets how it stands: running, completed, failed or cancelled.</summary>
    public StageStatus Status { get; init; } = StageStatus.Running;

    /// <summary>Gets when it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets how long it took, in milliseconds.</summary>
    public double? Duration { get; init; }

    /// <summary>Gets what it cost, in US dollars.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Gets the tokens it used.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets who ran it.</summary>
    public WorkerIdentity? Worker { get; init; }

    /// <summary>Gets the input it was given.</summary>
    public Payload? Input { get; init; }

    /// <summary>Gets what it gave back.</summary>
    public Payload? Output { get; init; }

    /// <summary>Gets why it failed.</summary>
    public StageError? Error { get; init; }

    /// <summary>Gets why it was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets whether another attempt follows.</summary>
    public bool WillRetry { get; init; }

    /// <summary>Gets whether nobody knows how it ended, since its worker went.</summary>
    public bool Lost { get; init; }

    /// <summary>Gets the execution it started.</summary>
    public Guid? Child { get; init; }
}
