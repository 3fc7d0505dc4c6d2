using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>What happens to times at which a schedule should have started something and nobody was there to do it.</summary>
[JsonConverter(typeof(KebabEnumConverter<MisfirePolicy>))]
public enum MisfirePolicy
{
    /// <summary>One start makes up for all of them.</summary>
    RunOnce,

    /// <summary>They are counted and forgotten.</summary>
    Skip,

    /// <summary>Each is made up for, oldest first; of very many only the newest 100.</summary>
    RunAll,
}

/// <summary>What happens when a time comes while an execution that the schedule started before still runs.</summary>
[JsonConverter(typeof(KebabEnumConverter<OverlapPolicy>))]
public enum OverlapPolicy
{
    /// <summary>Nothing is started for that time.</summary>
    Skip,

    /// <summary>Another execution starts beside it.</summary>
    Allow,

    /// <summary>The start waits until the one before has ended; at most 100 wait.</summary>
    Queue,

    /// <summary>The one before is cancelled and another starts.</summary>
    CancelRunning,
}

/// <summary>When a server starts the pipeline by itself.</summary>
public sealed record ScheduleDefinition : ExtensibleDefinition
{
    /// <summary>Gets the id, unique in the pipeline: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>Gets what it is for.</summary>
    public string? Description { get; set; }

    /// <summary>Gets the times as a cron expression: minute, hour, day of month, month, day of week; with six fields the first
    /// is the second; or <c>@hourly @daily @weekly @monthly @yearly</c>.</summary>
    public string? Cron { get; set; }

    /// <summary>Gets the times as a distance, counted from <c>startAt</c>, else from midnight UTC.</summary>
    public Duration? Every { get; set; }

    /// <summary>Gets the time zone that <c>cron</c>, <c>startAt</c> and <c>endAt</c> are read in, such as <c>Europe/Berlin</c>.</summary>
    /// <value><c>UTC</c>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Gets what happens to times that passed while no server ran.</summary>
    /// <value><c>run-once</c>.</value>
    public MisfirePolicy Misfire { get; set; }

    /// <summary>Gets what happens while an execution of this schedule still runs.</summary>
    /// <value><c>skip</c>.</value>
    public OverlapPolicy Overlap { get; set; }

    /// <summary>Gets the input, as a run would give it.</summary>
    public JsonElement? Input { get; set; }

    /// <summary>Gets the lane of what it starts.</summary>
    /// <value><c>medium</c>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public StagePriority Priority { get; set; } = StagePriority.Medium;

    /// <summary>Gets the labels of what it starts.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; set; } = EmptyOf<string>.Value;

    /// <summary>Gets whether it starts anything.</summary>
    /// <value>True.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Enabled { get; set; } = true;

    /// <summary>Gets the first moment at which it may start something: <c>2026-12-01</c>, <c>2026-12-01T09:00</c>, or with an offset.</summary>
    public string? StartAt { get; set; }

    /// <summary>Gets the last moment at which it may start something, written as <c>startAt</c>.</summary>
    public string? EndAt { get; set; }

    /// <summary>Gets how much later than its time a start may be, spread so that many schedules of one time do not start
    /// together; the same time is always late by the same.</summary>
    public Duration? Jitter { get; set; }
}
