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

    /// <summary>Gets the address of a Sightglass server that keeps the logs instead of a store: everything is reported to it in
    /// batches, in order, and sent again until it is taken.</summary>
    /// <value>None: the logs are kept in <see cref="Store"/>.</value>
    public Uri? Server { get; init; }

    /// <summary>Gets the API token for <see cref="Server"/>; it needs the role operator.</summary>
    /// <value>None, which a server without login takes from its own machine.</value>
    public string? Token { get; init; }

    /// <summary>Gets what sends requests to <see cref="Server"/>; it is not disposed by the monitor.</summary>
    /// <value>A handler of its own, which follows no redirect.</value>
    public HttpMessageHandler? Handler { get; init; }

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
    /// <exception cref="ArgumentException">There is a store beside a server, or the server's address is no http or https address.</exception>
    internal PipelineMonitorOptions Checked()
    {
        if (Server is not null && Store is not null) throw new ArgumentException("A monitor has a Store or a Server, not both: leave one out.");
        if (Server is not null && !(Server.IsAbsoluteUri && Server.Scheme is "http" or "https")) throw new ArgumentException($"'{Server}' is no address of a server; write it as http://127.0.0.1:5080.");
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepEnded, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxActive, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWait, TimeSpan.Zero);
        return this;
    }
}
