using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Scheduling;

/// <summary>How busy an engine's worker is at a moment.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Slots">How many stages it runs at once.</param>
/// <param name="Busy">How many slots are taken.</param>
/// <param name="Waiting">How many executions wait for a slot, by the lane of their most urgent stage.</param>
/// <param name="Running">The attempts that it runs.</param>
public sealed record QueueSnapshot(WorkerIdentity Worker, int Slots, int Busy, IReadOnlyDictionary<StagePriority, int> Waiting, IReadOnlyList<WorkInHand> Running);
