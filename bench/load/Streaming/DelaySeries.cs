namespace Sightglass.Load.Streaming;

/// <summary>The delays of several runs, as figures.</summary>
internal sealed class DelaySeries
{
    private readonly List<double> _p50 = [];
    private readonly List<double> _p99 = [];
    private readonly List<double> _cpu = [];

    public void Add(StreamRun run)
    {
        run.Delays.Sort();
        _p50.Add(At(run.Delays, 0.5));
        _p99.Add(At(run.Delays, 0.99));
        _cpu.Add(run.ServerCpu / run.Seconds / 10);
    }

    /// <summary>Gives median and p99 in milliseconds and the server's share of one processor in percent, beside those of a yardstick.</summary>
    public IReadOnlyList<BenchResult> Results(string bench, string name, DelaySeries bare) =>
    [
        new BenchResult(bench, name, "p50_ms", _p50) { Raw = bare._p50 },
        new BenchResult(bench, name, "p99_ms", _p99) { Raw = bare._p99 },
        new BenchResult(bench, name, "cpu_percent", _cpu) { Raw = bare._cpu },
    ];

    private static double At(List<float> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}
