using Sightglass.Core.Stages;

namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>What is measured of one stage. Guarded by the lock of <see cref="PipelineMetrics"/>.</summary>
internal sealed class StageSeries(string stage)
{
    private static readonly string[] s_types = ["completed", "failed", "event", "approval", "condition", "timer"];

    private readonly QuantileSketch _durations = new();
    private readonly QuantileSketch _queueTimes = new();
    private readonly QuantileSketch _triggerWaits = new();
    private readonly long[] _evaluations = new long[s_types.Length];
    private double? _cpuPercent;
    private long? _memoryBytes;
    private long _succeeded;
    private long _failed;

    public void Queued(TimeSpan waited) => _queueTimes.Add(waited);

    public void Held(TimeSpan waited) => _triggerWaits.Add(waited);

    /// <summary>Counts an evaluation; a type that the metric does not have is left out.</summary>
    public void Evaluated(string type)
    {
        var index = Array.IndexOf(s_types, type);
        if (index >= 0) _evaluations[index]++;
    }

    public void Ended(bool succeeded, double? durationMs, ResourceUsage? usage)
    {
        if (succeeded) _succeeded++;
        else _failed++;
        if (durationMs is { } ms) _durations.Add(MetricTime.FromMilliseconds(ms));
        if (usage is null) return;
        _cpuPercent = usage.CpuPercent;

        // A process that ended before it was looked at: nobody knows what it held.
        if (usage.PeakMemoryBytes > 0) _memoryBytes = usage.PeakMemoryBytes;
    }

    public StageStatistics Read()
    {
        var evaluations = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < s_types.Length; i++)
        {
            if (_evaluations[i] > 0) evaluations[s_types[i]] = _evaluations[i];
        }

        return new StageStatistics(stage, _succeeded, _failed, _durations.Read(), _queueTimes.Read(), _triggerWaits.Read(), evaluations, _memoryBytes, _cpuPercent);
    }
}
