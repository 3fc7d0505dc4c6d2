namespace Sightglass.Core.Executions;

/// <summary>One fact about an execution, at its place in the log.</summary>
/// <param name="Seq">1, 2, 3 … without gaps.</param>
/// <param name="Time">UTC, to the microsecond; never earlier than the event before.</param>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Stage">Key of the stage; <see langword="null"/> on events of the execution.</param>
/// <param name="Attempt">Attempt, from 1; 0 where the event belongs to none.</param>
/// <param name="Iteration">Iteration of a repeated stage, from 1; 0 where the stage does not repeat.</param>
/// <param name="Data">What happened.</param>
public sealed record ExecutionEvent(long Seq, DateTimeOffset Time, Guid ExecutionId, string? Stage, int Attempt, int Iteration, EventData Data)
{
    /// <summary>Gets the event's type on the wire.</summary>
    public string Type => Data.EventType;
}
