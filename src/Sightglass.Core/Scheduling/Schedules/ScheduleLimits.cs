namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>Bounds of schedules that nobody needs to change; the others are in <see cref="ScheduleOptions"/>.</summary>
internal static class ScheduleLimits
{
    /// <summary>How many missed times are counted one by one.</summary>
    public const int MaxCounted = 100_000;

    /// <summary>How far the clock may be put back before a schedule counts anew from it.</summary>
    public static readonly TimeSpan ClockCorrection = TimeSpan.FromHours(1);
}
