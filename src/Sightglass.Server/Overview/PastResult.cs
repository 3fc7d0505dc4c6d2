using Sightglass.Core.Executions;

namespace Sightglass.Server.Overview;

/// <summary>How an execution ended, as a mark in a row shows it.</summary>
/// <param name="Id">The execution.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Start">When it started.</param>
/// <param name="Duration">From start to end, in milliseconds.</param>
internal sealed record PastResult(Guid Id, ExecutionStatus Status, DateTimeOffset Start, double Duration);
