using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>A schedule as the planner needs it.</summary>
internal sealed class ScheduleRule
{
    private readonly TimeSpan _jitter;

    private ScheduleRule(string key, ScheduleDefinition definition)
    {
        Key = key;
        Recurrence = Recurrence.Of(definition);
        Misfire = definition.Misfire;
        Overlap = definition.Overlap;
        _jitter = definition.Jitter?.Value ?? TimeSpan.Zero;
        Times = string.Join('|', definition.Cron, definition.Every?.ToString(), definition.TimeZone, definition.StartAt, definition.EndAt);
    }

    /// <summary>Gets what names it among all: the pipeline's id and the schedule's, with the organisation before them where that
    /// is another than the usual one.</summary>
    public string Key { get; }

    public Recurrence Recurrence { get; }

    public MisfirePolicy Misfire { get; }

    public OverlapPolicy Overlap { get; }

    /// <summary>Gets what says which times are meant: where it changes, times of the past are none of it.</summary>
    public string Times { get; }

    /// <summary>Makes the rule of a valid schedule.</summary>
    public static ScheduleRule Of(string pipelineId, ScheduleDefinition definition, string? organization = null) => new(KeyOf(organization, pipelineId, definition.Id), definition);

    /// <summary>Gives the key of a schedule.</summary>
    /// <param name="organization">The organisation, where it is another than the usual one.</param>
    /// <param name="pipelineId">The pipeline.</param>
    /// <param name="scheduleId">The schedule in it.</param>
    public static string KeyOf(string? organization, string pipelineId, string scheduleId) =>
        organization is null ? $"{pipelineId}/{scheduleId}" : $"@{organization}/{pipelineId}/{scheduleId}";

    /// <summary>Gives when a time is acted upon: it, or later by its own part of the jitter, always before the time after it.</summary>
    public DateTimeOffset DueAt(DateTimeOffset time)
    {
        if (_jitter == TimeSpan.Zero) return time;
        var room = Recurrence.Next(time) is { } next && next - time < _jitter ? next - time : _jitter;
        return time + TimeSpan.FromMilliseconds(Math.Floor(room.TotalMilliseconds * BinaryPrimitives.ReadUInt32BigEndian(Hash(time)) / ((double)uint.MaxValue + 1)));
    }

    /// <summary>Gives the id of the execution of a time: always the same, so that no time is started twice, whatever happens
    /// between a start and the note of it. A UUID of version 7, as every execution's.</summary>
    public Guid ExecutionOf(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Hash(time).AsSpan(4, 16).CopyTo(bytes);
        var milliseconds = time.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)milliseconds);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private byte[] Hash(DateTimeOffset time) => SHA256.HashData(Encoding.UTF8.GetBytes($"{Key}@{time.ToUnixTimeSeconds()}"));
}
