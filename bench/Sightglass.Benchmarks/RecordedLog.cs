using Sightglass.Core.Executions;
using Sightglass.Load.Scale;

namespace Sightglass.Benchmarks;

/// <summary>The log of one execution of 100 stages in ten layers, as its owner writes it.</summary>
internal sealed class RecordedLog
{
    public const int Stages = 100;

    public RecordedLog()
    {
        (Blocks, _, _) = new DeciderDrive(ScaleShape.All.Single(shape => shape.Name == "layers").Make(Stages)).Record();
        Events = [.. Blocks.SelectMany(block => EventJson.ReadBlock(block))];
    }

    public List<ReadOnlyMemory<byte>> Blocks { get; }

    public List<ExecutionEvent> Events { get; }
}
