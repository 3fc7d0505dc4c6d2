using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>One schedule in a runner: its definition, its rule and its stored past.</summary>
internal sealed class ScheduleEntry(ScheduledPipeline pipeline, ScheduleDefinition definition, string usual)
{
    /// <summary>The collection of the records of schedules; their keys are those of the schedules.</summary>
    public const string Collection = "schedules";

    public ScheduledPipeline Pipeline { get; } = pipeline;

    public ScheduleDefinition Definition { get; } = definition;

    public ScheduleRule Rule { get; } = ScheduleRule.Of(pipeline.Definition.Id, definition, OtherThan(usual, pipeline.Organization));

    /// <summary>Gets whose it is, and what it starts.</summary>
    public string Organization { get; } = pipeline.Organization ?? usual;

    /// <summary>Gets or sets the past as it is stored, <see langword="null"/> for a new schedule, and its version.</summary>
    public (ScheduleState? State, long Version) Stored { get; set; }

    /// <summary>Gets when there is something to do again by the clock.</summary>
    public DateTimeOffset? Next { get; set; }

    /// <summary>Gives an organisation where it is another than the usual one.</summary>
    public static string? OtherThan(string usual, string? organization) => organization == usual ? null : organization;

    public bool IsOf(ScheduledPipeline other, ScheduleDefinition schedule) => ReferenceEquals(schedule, Definition) && ReferenceEquals(other.Definition, Pipeline.Definition);

    public StartRequest Start(DateTimeOffset time, Guid? id, string by) => new()
    {
        Id = id,
        Definition = Pipeline.Definition,
        Input = Definition.Input,
        Priority = Definition.Priority,
        Labels = Definition.Labels,
        RequestedBy = by,
        Trigger = "schedule",
        Schedule = new Executions.ScheduleLink(Definition.Id, time),
        BaseFolder = Pipeline.BaseFolder,
        FindPipeline = Pipeline.FindPipeline,
        Organization = Organization,
    };

    public ScheduleStatus ToStatus()
    {
        var state = Stored.State ?? new ScheduleState();
        return new ScheduleStatus
        {
            PipelineId = Pipeline.Definition.Id,
            Organization = Organization,
            Definition = Definition,
            IsPaused = state.IsPaused,
            PausedBy = state.PausedBy,
            Next = state.IsPaused || !Definition.Enabled ? null : Next,
            LastTime = state.LastTime,
            LastExecution = state.LastExecution,
            LastError = state.LastError,
            Waiting = state.Waiting.Count,
            Running = state.Running.Count,
            Started = state.Started,
            Skipped = state.Skipped,
            Missed = state.Missed,
            Failed = state.Failed,
        };
    }
}
