using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Scheduling;

/// <summary>What came of running a pipeline to its end, or to a stop.</summary>
/// <param name="ExecutionId">The execution; <see langword="null"/> where it was refused.</param>
/// <param name="Status">How it ended; failed where it was refused, paused where it stands at a breakpoint.</param>
/// <param name="Output">The output of one that completed; a large one by reference.</param>
/// <param name="Error">The error of one that failed, or why one stands still that has not ended: a defect has parked it.</param>
/// <param name="Problems">Why it was refused.</param>
public sealed record ExecutionResult(Guid? ExecutionId, ExecutionStatus Status, Payload? Output, StageError? Error, IReadOnlyList<Problem> Problems)
{
    /// <summary>Gets the stage before which the execution stands stopped; <see langword="null"/> where it does not.</summary>
    public string? StoppedAt { get; init; }

    internal static ExecutionResult Refused(IReadOnlyList<Problem> problems) => new(null, ExecutionStatus.Failed, null, null, problems);
}
