using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;

namespace Sightglass.Load.Commits;

/// <summary>
/// How even commits are: the slowest beside the usual one while 16 executions run, and what stages take while another
/// stage prints at full speed, beside what they take alone.
/// </summary>
internal static class CommitsBench
{
    private const string EngineCase = "engine-16";
    private const string FloodCase = "beside-flood";
    private const int Stages = 10;

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("commits", args, new Dictionary<string, int> { ["runs"] = 5, ["executions"] = 400 });
        if (arguments is null) return 2;
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            var results = new List<BenchResult>();
            if (arguments.Wants(EngineCase)) results.AddRange(await EngineAsync(folder, arguments));
            if (arguments.Wants(FloodCase)) results.Add(await FloodAsync(folder, arguments));
            await BenchResult.PrintAsync(results, arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> EngineAsync(string folder, BenchArguments arguments)
    {
        List<double> medians = [], slow = [], ratios = [];
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            await using var store = new TimedStore(Open(folder));
            await using var engine = Engine(store);
            await RunManyAsync(engine, 16, arguments["executions"]);

            // The first run is the warm-up: compiled code and a settled disk.
            if (run == 0) continue;
            medians.Add(BenchResult.Percentile(store.Milliseconds, 0.5));
            slow.Add(BenchResult.Percentile(store.Milliseconds, 0.99));
            ratios.Add(slow[^1] / medians[^1]);
        }

        return [new("commits", EngineCase, "median_ms", medians), new("commits", EngineCase, "p99_ms", slow), new("commits", EngineCase, "p99_by_median", ratios)];
    }

    // The yardstick is the same work alone, in turns with the work beside the flood.
    private static async Task<BenchResult> FloodAsync(string folder, BenchArguments arguments)
    {
        List<double> beside = [], alone = [];
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            var quiet = await StageTimeAsync(folder, arguments["executions"] / 4, flooded: false);
            var loud = await StageTimeAsync(folder, arguments["executions"] / 4, flooded: true);
            if (run == 0) continue;
            alone.Add(quiet);
            beside.Add(loud);
        }

        return new BenchResult("commits", FloodCase, "us_per_stage", beside) { Raw = alone };
    }

    private static async Task<double> StageTimeAsync(string folder, int executions, bool flooded)
    {
        await using var store = Open(folder);
        await using var engine = Engine(store);
        Guid? flood = flooded ? (await engine.StartAsync(new StartRequest { Definition = new PipelineDefinition { Id = "flood", Stages = [Stage("print", "print", [])] } })).ExecutionId : null;
        await RunManyAsync(engine, 1, Math.Max(1, executions / 10));
        var from = Stopwatch.GetTimestamp();
        await RunManyAsync(engine, 1, executions);
        var time = Stopwatch.GetElapsedTime(from).TotalMicroseconds / (executions * Stages);
        if (flood is { } id)
        {
            await engine.CancelAsync(id);
            await engine.WaitForEndAsync(id);
        }

        return time;
    }

    private static async Task RunManyAsync(PipelineEngine engine, int atOnce, int executions)
    {
        var definition = new PipelineDefinition { Id = "linear", Stages = [.. Enumerable.Range(0, Stages).Select(i => Stage(Name(i), "noop", i == 0 ? [] : [Name(i - 1)]))] };
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

    private static SqliteEventStore Open(string folder) => SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, Path.GetRandomFileName() + ".db") });

    private static PipelineEngine Engine(Core.Ports.IEventStore store) => new(new PipelineEngineOptions
    {
        Store = store,
        Slots = 16,
        StageTypes = [new CodeStage(new CodeRegistry().Register("noop", static _ => { }).Register("print", PrintAsync))],
    });

    private static async Task PrintAsync(CodeContext context)
    {
        var line = new string('x', 120);
        while (!context.CancellationToken.IsCancellationRequested) await context.Output.WriteLineAsync(line);
    }

    private static StageDefinition Stage(string id, string code, IReadOnlyList<string> needs) => new() { Id = id, Type = "code", Needs = needs, Code = new CodeDefinition { Name = code } };

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");
}
