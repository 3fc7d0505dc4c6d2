using Sightglass.Core.Definitions;

namespace Sightglass.Core.Executions;

/// <summary>The concurrency group that an execution belongs to, as it was when it was created.</summary>
/// <param name="Name">The group's name; it counts within the organisation, across pipelines.</param>
/// <param name="Limit">How many executions of the group may run for this one to start.</param>
/// <param name="WhenFull">What happens where they do.</param>
public sealed record GroupClaim(string Name, int Limit, WhenFull WhenFull);
