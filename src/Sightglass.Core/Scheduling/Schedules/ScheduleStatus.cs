using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>A schedule and how it stands.</summary>
public sealed record ScheduleStatus
{
    /// <summary>Gets the pipeline's id.</summary>
    public required string PipelineId { get; init; }

    /// <summary>Gets the organisation it belongs to.</summary>
    public required string Organization { get; init; }

    /// <summary>Gets the schedule as its file has it.</summary>
    public required ScheduleDefinition Definition { get; init; }

    /// <summary>Gets whether a person holds it.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Gets who holds it.</summary>
    public string? PausedBy { get; init; }

    /// <summary>Gets when it starts something next; <see langword="null"/> while it is held or off, and where no time comes any more.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>Gets the time that was started last.</summary>
    public DateTimeOffset? LastTime { get; init; }

    /// <summary>Gets the execution that was started last.</summary>
    public Guid? LastExecution { get; init; }

    /// <summary>Gets why the last start failed; <see langword="null"/> after one that did not.</summary>
    public string? LastError { get; init; }

    /// <summary>Gets how many times wait for their start.</summary>
    public int Waiting { get; init; }

    /// <summary>Gets how many executions it started whose end is not known; not counted where they may overlap.</summary>
    public int Running { get; init; }

    /// <summary>Gets how many times were started.</summary>
    public long Started { get; init; }

    /// <summary>Gets how many were left out because an execution still ran.</summary>
    public long Skipped { get; init; }

    /// <summary>Gets how many passed while nobody was there and were not made up for.</summary>
    public long Missed { get; init; }

    /// <summary>Gets how many could not be started.</summary>
    public long Failed { get; init; }
}
