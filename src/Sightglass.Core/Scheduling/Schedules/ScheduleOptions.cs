using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>How schedules are run.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Gets how late a start may be before its time counts as missed and the misfire policy decides.</summary>
    /// <value>1 minute.</value>
    public TimeSpan MisfireAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets how many missed times <c>run-all</c> makes up for: the newest; the others are counted as missed.</summary>
    /// <value>100.</value>
    public int MaxCatchUp { get; init; } = 100;

    /// <summary>Gets how many times of one schedule may wait for their start; further ones are counted as skipped.</summary>
    /// <value>200.</value>
    public int MaxWaiting { get; init; } = 200;

    /// <summary>Gets the longest time without a look at the clock, which may have been put.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan LookAtClock { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long it waits before it tries again what the store could not do.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets how long the past of a schedule that is gone from its file is kept, should it come back.</summary>
    /// <value>30 days.</value>
    public TimeSpan KeepRemoved { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Gets the organisation of pipelines that name none, and of the records of all schedules.</summary>
    /// <value><c>default</c>.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where it logs what it does.</summary>
    /// <value>Nowhere.</value>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1, or a time is negative, not positive where it must be, or a pause longer than a day.</exception>
    internal ScheduleOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MisfireAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCatchUp, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiting, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LookAtClock, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LookAtClock, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RetryAfter, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepRemoved, TimeSpan.Zero);
        return this;
    }
}
