using BenchmarkDotNet.Attributes;
using Sightglass.Core.Executions;

namespace Sightglass.Benchmarks;

/// <summary>What it takes to know the state of an execution from its log: events decoded, and events at hand.</summary>
public class FoldBenchmarks
{
    private readonly RecordedLog _log = new();

    [Benchmark]
    public ExecutionStatus Fold()
    {
        var state = new ExecutionState();
        foreach (var e in _log.Events) state.Apply(e);
        return state.Status;
    }

    [Benchmark]
    public ExecutionStatus ReadAndFold()
    {
        var state = new ExecutionState();
        foreach (var block in _log.Blocks)
        {
            foreach (var e in EventJson.ReadBlock(block)) state.Apply(e);
        }

        return state.Status;
    }
}
