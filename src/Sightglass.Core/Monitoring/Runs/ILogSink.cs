using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Where a monitor's logs go. It is asked for one run at a time, in the order of its log, and for several runs side by
/// side.</summary>
internal interface ILogSink
{
    /// <summary>Brings an append to where it is durable, however long that takes.</summary>
    /// <param name="append">What a run has recorded since the append before.</param>
    /// <param name="ended">Whether the run stands ended after it.</param>
    /// <returns>Why it never will be; <see langword="null"/> where it is.</returns>
    Task<MonitorException?> WriteAsync(Append append, bool ended);

    /// <summary>Gives up what is not durable yet.</summary>
    void Abandon();
}
