// Draws a pipeline that another program runs, with the state of a run:
//
//   dotnet run samples/code/visualize-pipeline.cs > pipeline.dot
//   dot -Tpng pipeline.dot -o pipeline.png
#:project ../../src/Sightglass.Core/Sightglass.Core.csproj

using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring;

var pipeline = new PipelineDefinition
{
    Id = "feature",
    Stages =
    [
        new() { Id = "planning", Name = "Planning", Type = "plan loop" },
        new() { Id = "specification", Name = "Specification", Type = "spec loop", Needs = ["planning"] },
        new()
        {
            Id = "implementation", Name = "Implementation", Type = "phase loop",
            Triggers = new() { All = [new() { Completed = "specification" }, new() { Event = "spec.ready" }] },
        },
    ],
};

await using var monitor = new PipelineMonitor();
var run = monitor.StartRun(pipeline);
monitor.StageStarted(run, "planning");
Console.Write(monitor.Visualize(pipeline, VisualizationFormat.Dot, run));
