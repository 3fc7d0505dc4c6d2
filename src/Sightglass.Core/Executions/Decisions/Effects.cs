using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>What is to be done once the events are committed. Everything here can also be derived from the state, which is
/// what a recovery does.</summary>
internal abstract record Effect;

/// <summary>Run an attempt, or the undo of a stage.</summary>
internal sealed record StartAttempt(StagePlan Plan, string Stage, int Attempt, int Iteration, RenderedInput Input, bool IsUndo) : Effect;

/// <summary>Tell a running attempt to stop.</summary>
internal sealed record StopAttempt(string Stage, int Attempt) : Effect;

/// <summary>Create the child execution of a stage, unless it exists.</summary>
internal sealed record StartChild(Guid Child, string PipelineId, ReadOnlyMemory<byte> Input, string Stage, int Attempt) : Effect;

/// <summary>Cancel a child execution.</summary>
internal sealed record CancelChild(Guid Child, string? By, string? Reason) : Effect;
