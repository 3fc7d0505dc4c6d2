using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Load.Lists;

/// <summary>How long the state of an execution of very many stages takes: read from the log, remembered, and of one that goes on.</summary>
internal static class LargeState
{
    private const int Repeats = 20;

    public static async Task<List<BenchResult>> RunAsync(int stages)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        var path = Path.Combine(folder, "log.db");
        try
        {
            var (cold, known, live) = (new List<double>(), new List<double>(), new List<double>());
            Guid ended;
            await using (var served = await ServedStore.StartAsync(path))
            {
                ended = await served.RunAsync(Wide(stages, holds: false));
                await served.ReadAsync($"/api/executions/{ended}");
                for (var i = 0; i < Repeats; i++) known.Add(await TimeAsync(served, $"/api/executions/{ended}"));
                var open = (await served.Engine.StartAsync(new StartRequest { Definition = Wide(stages, holds: true) })).ExecutionId!.Value;
                while (await served.Engine.ReadStateAsync(open, state => state.CountStages().Completed) < stages - 1) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                for (var i = 0; i < Repeats; i++) live.Add(await TimeAsync(served, $"/api/executions/{open}"));
                await served.Engine.CancelAsync(open, "bench", "measured");
            }

            // Each by a server that has never read it; the first one's code is compiled on the way.
            for (var i = -2; i < Repeats / 2; i++)
            {
                await using var served = await ServedStore.StartAsync(path);
                await served.ReadAsync("/api/executions");
                var took = await TimeAsync(served, $"/api/executions/{ended}");
                if (i >= 0) cold.Add(took);
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"state-{stages}");
            return [new BenchResult("lists", name, "ms", cold), new BenchResult("lists", name + "-again", "ms", known), new BenchResult("lists", name + "-live", "ms", live)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> TimeAsync(ServedStore served, string path)
    {
        var from = Stopwatch.GetTimestamp();
        await served.ReadAsync(path);
        return Stopwatch.GetElapsedTime(from).TotalMilliseconds;
    }

    private static PipelineDefinition Wide(int stages, bool holds) => new()
    {
        Id = "wide",
        Stages =
        [
            .. Enumerable.Range(0, stages - 1).Select(i => new StageDefinition { Id = string.Create(CultureInfo.InvariantCulture, $"s{i}"), Type = "code", Code = new CodeDefinition { Name = "noop" } }),
            new StageDefinition { Id = "last", Type = "code", Code = new CodeDefinition { Name = "noop" }, Triggers = holds ? new TriggerDefinition { Event = "go" } : null },
        ],
    };
}
