using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;

namespace Sightglass.Load.Engine;

/// <summary>
/// Stages a second through the whole engine: no-op <c>code</c> stages on 16 slots, each result durable before its
/// successor starts.
/// </summary>
internal static class EngineBench
{
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("engine", args, new Dictionary<string, int> { ["runs"] = 5, ["executions"] = 2000 });
        if (arguments is null) return 2;
        var executions = arguments["executions"];
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            var cases = new List<Measured>();
            foreach (var (name, definition, atOnce, count) in new[]
            {
                ("linear10-1", Linear(10), 1, executions / 2),
                ("linear10-16", Linear(10), 16, executions * 2),
                ("fan100", FanOut(100), 1, Math.Max(1, executions / 10)),
            })
            {
                if (arguments.Wants(name)) cases.Add(await CaseAsync(name, definition, atOnce, count, arguments["runs"], folder));
            }

            await BenchResult.PrintAsync([.. cases.Select(c => c.Time), .. cases.Select(c => c.Commits)], arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Measured> CaseAsync(string name, PipelineDefinition definition, int atOnce, int executions, int runs, string folder)
    {
        var times = new List<double>();
        var commits = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, Path.GetRandomFileName() + ".db") });
            await using var engine = new PipelineEngine(new PipelineEngineOptions
            {
                Store = store,
                StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { }))],
                Slots = 16,
            });
            await RunManyAsync(engine, definition, atOnce, Math.Max(atOnce, executions / 10));
            var before = store.Counters.Commits;
            var from = Stopwatch.GetTimestamp();
            await RunManyAsync(engine, definition, atOnce, executions);
            var stages = (double)executions * definition.Stages.Count;

            // The first run is the warm-up: compiled code and a settled disk.
            if (run == 0) continue;
            times.Add(Stopwatch.GetElapsedTime(from).TotalMicroseconds / stages);
            commits.Add((store.Counters.Commits - before) / stages);
        }

        return new Measured(new BenchResult("engine", name, "us_per_stage", times), new BenchResult("engine", name, "fsyncs_per_stage", commits));
    }

    private static async Task RunManyAsync(PipelineEngine engine, PipelineDefinition definition, int atOnce, int executions)
    {
        var left = executions;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var outcome = await engine.StartAsync(new StartRequest { Definition = definition });
                await engine.WaitForEndAsync(outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems)));
            }
        }));
    }

    private static PipelineDefinition Linear(int count) => new()
    {
        Id = "linear",
        Stages = [.. Enumerable.Range(0, count).Select(i => NoOp(i, i == 0 ? [] : [Name(i - 1)]))],
    };

    private static PipelineDefinition FanOut(int width) => new()
    {
        Id = "fan",
        Stages = [.. Enumerable.Range(0, width).Select(i => NoOp(i, [])), NoOp(width, [.. Enumerable.Range(0, width).Select(Name)])],
    };

    private static StageDefinition NoOp(int i, IReadOnlyList<string> needs) => new() { Id = Name(i), Type = "code", Needs = needs, Code = new CodeDefinition { Name = "noop" } };

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");

    private sealed record Measured(BenchResult Time, BenchResult Commits);
}
