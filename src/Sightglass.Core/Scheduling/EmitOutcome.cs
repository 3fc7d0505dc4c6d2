using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <summary>How the delivery of a custom event went.</summary>
/// <param name="Executions">The executions in which something waited for it.</param>
/// <param name="Answer">Whether it was delivered at all, or why not.</param>
public sealed record EmitOutcome(IReadOnlyList<Guid> Executions, CommandAnswer Answer);
