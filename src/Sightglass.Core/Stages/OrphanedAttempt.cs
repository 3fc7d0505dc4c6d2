namespace Sightglass.Core.Stages;

/// <summary>What was left of an attempt whose worker died, and has been dealt with.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Stage">The stage's key.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Ended">Numbers of the processes that were ended.</param>
/// <param name="Surviving">Numbers of those that did not end when killed, as while they wait for a broken disk.</param>
public sealed record OrphanedAttempt(Guid ExecutionId, string Stage, int Attempt, IReadOnlyList<int> Ended, IReadOnlyList<int> Surviving);
