using BenchmarkDotNet.Attributes;
using Sightglass.Load.Scale;

namespace Sightglass.Benchmarks;

/// <summary>The rules alone: one execution decided from its creation to its end, each attempt completing at once.</summary>
public class DeciderBenchmarks
{
    private DeciderDrive _drive = null!;

    /// <summary>Gets or sets the form of the pipeline.</summary>
    [Params("chain", "fan", "layers")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _drive = new DeciderDrive(ScaleShape.All.Single(shape => shape.Name == Shape).Make(RecordedLog.Stages));

    [Benchmark]
    public long Decide() => _drive.Run();
}
