using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>A pipeline whose schedules are to be run.</summary>
/// <param name="Definition">The pipeline; it must be valid.</param>
/// <param name="BaseFolder">The folder that relative paths start from; the current one where there is none.</param>
public sealed record ScheduledPipeline(PipelineDefinition Definition, string? BaseFolder);
