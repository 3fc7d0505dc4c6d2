using Sightglass.Core.Stages;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>How a followed log stands; never changed, only replaced.</summary>
/// <param name="Last">The last sequence known.</param>
/// <param name="Ended">Whether the execution stands ended there.</param>
/// <param name="Parked">Why it stands still without having ended.</param>
/// <param name="Gone">Whether the log was deleted, or is shorter than it was.</param>
internal sealed record HubState(long Last, bool Ended, StageError? Parked = null, bool Gone = false);
