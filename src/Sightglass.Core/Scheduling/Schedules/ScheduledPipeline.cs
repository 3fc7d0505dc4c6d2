using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>A pipeline whose schedules are to be run.</summary>
/// <param name="Definition">The pipeline; it must be valid.</param>
/// <param name="BaseFolder">The folder that relative paths start from; the current one where there is none.</param>
public sealed record ScheduledPipeline(PipelineDefinition Definition, string? BaseFolder)
{
    /// <summary>Gets the organisation it belongs to, and what it starts; each has ids of its own.</summary>
    /// <value><see cref="ScheduleOptions.Organization"/>.</value>
    public string? Organization { get; init; }

    /// <summary>Gets what finds the pipelines that it calls.</summary>
    /// <value><see cref="PipelineEngineOptions.FindPipeline"/>.</value>
    public Func<string, PipelineDefinition?>? FindPipeline { get; init; }
}
