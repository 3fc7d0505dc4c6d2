namespace Sightglass.Core.Debugging;

/// <summary>A stage that would have started next and is stopped.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Stage">Key of the stage: its id, or <c>id[n]</c> of an instance.</param>
/// <param name="IsStep">Whether a step brought it here, and no breakpoint.</param>
public sealed record BreakpointHit(Guid ExecutionId, string Stage, bool IsStep);
