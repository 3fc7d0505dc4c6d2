using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring;

/// <summary>How a monitor keeps what it is told, and its limits.</summary>
public sealed record PipelineMonitorOptions
{
    /// <summary>Gets where the logs are kept. A store that is given is not disposed by the monitor.</summary>
    /// <value>One in memory that keeps the newest <see cref="KeepEnded"/> runs.</value>
    public IEventStore? Store { get; init; }

    /// <summary>Gets how many ended runs the store in memory keeps; the one that ended first is forgotten first.</summary>
    /// <value>1000.</value>
    public int KeepEnded { get; init; } = 1000;

    /// <summary>Gets how many runs may be under way at once; one more is refused with <c>too_many_runs</c>.</summary>
    /// <value>10,000.</value>
    public int MaxActive { get; init; } = 10_000;

    /// <summary>Gets how many bytes of events may wait for the store. A call that comes when that many wait is held until
    /// there is room.</summary>
    /// <value>16 MB.</value>
    public long MaxPendingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Gets how long a call is held before it is refused with <c>monitor_full</c>.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets what measures the runs. Monitors and engines may share one.</summary>
    /// <value>One of its own.</value>
    public PipelineMetrics Metrics { get; init; } = new();

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets where the monitor logs what goes wrong with the store.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1, or the wait is negative.</exception>
    internal PipelineMonitorOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepEnded, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxActive, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWait, TimeSpan.Zero);
        return this;
    }
}
