namespace Sightglass.Core.Scheduling;

/// <summary>An attempt that a worker runs.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Type">Type of the stage.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Since">When the worker took it up.</param>
public sealed record WorkInHand(Guid ExecutionId, string Stage, string Type, int Attempt, DateTimeOffset Since);
