using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>What is known of a schedule's past, as it is stored.</summary>
internal sealed record ScheduleState
{
    /// <summary>Gets <see cref="ScheduleRule.Times"/> of the schedule that this is the past of.</summary>
    public string Times { get; init; } = "";

    /// <summary>Gets the moment up to which, itself included, every time has been dealt with.</summary>
    public DateTimeOffset Cursor { get; init; }

    /// <summary>Gets the times that are to be started and are not yet, oldest first.</summary>
    public IReadOnlyList<DateTimeOffset> Waiting { get; init; } = [];

    /// <summary>Gets the executions that were started and whose end is not known.</summary>
    public IReadOnlyList<Guid> Running { get; init; } = [];

    /// <summary>Gets whether a person holds it.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Gets who holds it.</summary>
    public string? PausedBy { get; init; }

    /// <summary>Gets whether its file has switched it off, or does not have it any more.</summary>
    public bool IsOff { get; init; }

    /// <summary>Gets the time that was started last.</summary>
    public DateTimeOffset? LastTime { get; init; }

    /// <summary>Gets the execution that was started last.</summary>
    public Guid? LastExecution { get; init; }

    /// <summary>Gets why the last start failed; absent after one that did not.</summary>
    public string? LastError { get; init; }

    /// <summary>Gets how many times were started.</summary>
    public long Started { get; init; }

    /// <summary>Gets how many were left out because an execution still ran.</summary>
    public long Skipped { get; init; }

    /// <summary>Gets how many passed while nobody was there and were not made up for.</summary>
    public long Missed { get; init; }

    /// <summary>Gets how many could not be started.</summary>
    public long Failed { get; init; }

    public static ScheduleState Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ScheduleJson.Default.ScheduleState) ?? new ScheduleState();

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ScheduleJson.Default.ScheduleState);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScheduleState))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
