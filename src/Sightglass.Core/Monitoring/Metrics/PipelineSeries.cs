namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>What is measured of one pipeline. Guarded by the lock of <see cref="PipelineMetrics"/>.</summary>
internal sealed class PipelineSeries(string pipeline)
{
    private readonly Dictionary<string, StageSeries> _stages = new(StringComparer.Ordinal);
    private readonly QuantileSketch _durations = new();
    private long _succeeded;
    private long _failed;

    public int Active { get; set; }

    public long Cancelled { get; set; }

    public void Ended(bool succeeded, TimeSpan duration)
    {
        if (succeeded) _succeeded++;
        else _failed++;
        _durations.Add(duration);
    }

    /// <summary>Finds the series of a stage by its key, that of an instance included.</summary>
    /// <param name="key">The key, <c>rewrite</c> or <c>rewrite[3]</c>.</param>
    /// <param name="mayAdd">Whether there is room for another; counted by the caller.</param>
    /// <param name="added">Whether it was added.</param>
    public StageSeries? Find(ReadOnlySpan<char> key, bool mayAdd, out bool added)
    {
        added = false;
        var id = IdOf(key);
        var lookup = _stages.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(id, out var series)) return series;
        if (!mayAdd) return null;
        added = true;
        var name = id.ToString();
        return _stages[name] = new StageSeries(name);
    }

    public PipelineStatistics Read() =>
        new(pipeline, _succeeded, _failed, Cancelled, Active, _durations.Read(), [.. _stages.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value.Read())]);

    private static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> key) => key.EndsWith(']') && key.LastIndexOf('[') is > 0 and var at ? key[..at] : key;
}
