using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;

namespace Sightglass.Load.Scale;

/// <summary>
/// What an event costs in executions of 100, 1,000 and 10,000 stages, for the rules alone and for the whole engine without a
/// disk, and how long a log of a million events takes to fold, JSON included. An event's cost is the processor's time, all
/// threads together, so that others at work on the machine do not count; a fold is measured by the clock as well.
/// </summary>
internal static class ScaleBench
{
    private static readonly int[] Sizes = [100, 1_000, 10_000];

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("scale", args, new Dictionary<string, int> { ["runs"] = 5, ["stages"] = 20_000, ["events"] = 1_000_000 });
        if (arguments is null) return 2;
        var results = new List<BenchResult>();
        foreach (var shape in ScaleShape.All)
        {
            var rules = "rules-" + shape.Name;
            if (arguments.Wants(rules)) results.AddRange(await GrowthAsync(rules, arguments, size => Task.FromResult(Rules(shape.Make(size), arguments["stages"] / size))));
            var engine = "engine-" + shape.Name;
            if (arguments.Wants(engine)) results.AddRange(await GrowthAsync(engine, arguments, size => EngineAsync(shape.Make(size), arguments["stages"] / size)));
        }

        if (arguments.Wants("fold-decisions")) results.AddRange(await FoldAsync("fold-decisions", arguments, reportsEach: 0));
        if (arguments.Wants("fold-mixed")) results.AddRange(await FoldAsync("fold-mixed", arguments, reportsEach: 3));
        await BenchResult.PrintAsync(results, arguments.Json, output);
        return 0;
    }

    /// <summary>Measures each size in turn within a run, so that a busy moment hits all of them.</summary>
    private static async Task<IEnumerable<BenchResult>> GrowthAsync(string name, BenchArguments arguments, Func<int, Task<double>> microsecondsPerEvent)
    {
        var times = Sizes.ToDictionary(size => size, _ => new List<double>());
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            foreach (var size in Sizes)
            {
                GC.Collect();
                var time = await microsecondsPerEvent(size);

                // The first run is the warm-up.
                if (run > 0) times[size].Add(time);
            }
        }

        var first = times[Sizes[0]];
        var last = times[Sizes[^1]];
        return
        [
            .. Sizes.Select(size => new BenchResult("scale", string.Create(CultureInfo.InvariantCulture, $"{name}-{size}"), "cpu_us_per_event", times[size])),
            new BenchResult("scale", name, "growth", [.. last.Zip(first, (large, small) => large / small)]),
        ];
    }

    private static double Rules(PipelineDefinition definition, int executions)
    {
        var drive = new DeciderDrive(definition);
        var events = 0L;
        var from = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < executions; i++) events += drive.Run();
        return (Environment.CpuUsage.TotalTime - from).TotalMicroseconds / events;
    }

    private static async Task<double> EngineAsync(PipelineDefinition definition, int executions)
    {
        await using var store = new InMemoryEventStore();
        await using var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { }))],
            Slots = 16,
        });
        var events = 0L;
        var from = TimeSpan.Zero;
        for (var i = -1; i < executions; i++)
        {
            // The first one of a pipeline checks and compiles it, which is no event.
            if (i == 0) (from, events) = (Environment.CpuUsage.TotalTime, 0);
            var outcome = await engine.StartAsync(new StartRequest { Definition = definition });
            var id = outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems));
            await engine.WaitForEndAsync(id);
            events += (await store.ReadAsync(id, 0, BlockFilter.All, 1)).Last;
        }

        return (Environment.CpuUsage.TotalTime - from).TotalMicroseconds / events;
    }

    private static async Task<IEnumerable<BenchResult>> FoldAsync(string name, BenchArguments arguments, int reportsEach)
    {
        // Three events an instance: queued, started, completed.
        var decisions = arguments["events"] / (1 + reportsEach);
        var each = Math.Max(1, Math.Min(100_000, decisions / 3));
        var (blocks, values, events) = new DeciderDrive(ScaleShape.Instances(Math.Max(1, decisions / 3 / each), each)).Record();
        await using var store = await FoldStore.FillAsync(blocks, values, reportsEach);
        var seconds = new List<double>();
        var processor = new List<double>();
        var million = 1_000_000 / (events * (1.0 + reportsEach));
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            GC.Collect();
            var from = Stopwatch.GetTimestamp();
            var busy = Environment.CpuUsage.TotalTime;
            var state = await LogReader.FoldAsync(store.Store, store.Id) ?? throw new InvalidOperationException("There is no log.");
            var spent = Stopwatch.GetElapsedTime(from).TotalSeconds;
            if (state.Status != ExecutionStatus.Completed || state.LastSeq != store.Last) throw new InvalidOperationException("The fold came to something else.");
            if (run == 0) continue;
            seconds.Add(spent * million);
            processor.Add((Environment.CpuUsage.TotalTime - busy).TotalSeconds * million);
        }

        return [new BenchResult("scale", name, "s_per_million", seconds), new BenchResult("scale", name, "cpu_s_per_million", processor)];
    }
}
