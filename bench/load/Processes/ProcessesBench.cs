using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Shell;
using Sightglass.Sqlite;

namespace Sightglass.Load.Processes;

/// <summary>
/// Stages that are processes (<c>exec: [/bin/true]</c>), one after the other and 100 wide, each result durable, beside
/// <c>make</c> with as many targets in the same run. Make records nothing.
/// </summary>
internal static class ProcessesBench
{
    private const string Program = "/bin/true";
    private const int Stages = 100;

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("processes", args, new Dictionary<string, int> { ["runs"] = 5, ["executions"] = 10 });
        if (arguments is null) return 2;
        if (!MakeTargets.IsThere)
        {
            await Console.Error.WriteLineAsync("There is no 'make' to compare with; install it (on Debian: sudo apt-get install make).");
            return 2;
        }

        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            var results = new List<BenchResult>();
            foreach (var (name, isChain) in new[] { ("chain100", true), ("fan100", false) })
            {
                if (arguments.Wants(name)) results.AddRange(await CaseAsync(name, isChain, arguments["executions"], arguments["runs"], folder));
            }

            await BenchResult.PrintAsync(results, arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> CaseAsync(string name, bool isChain, int executions, int runs, string folder)
    {
        var definition = isChain ? Chain() : FanOut();
        var make = MakeTargets.Write(Path.Combine(folder, name + ".mk"), Stages, isChain, Program);
        var times = new List<double>();
        var commits = new List<double>();
        var makes = new List<double>();
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, name + ".db") });
        await using var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [new ShellStage(new ShellStageOptions { RecordFile = Path.Combine(folder, name + ".processes") })],
            Slots = Stages,
        });
        for (var run = 0; run <= runs; run++)
        {
            // Execution by execution in turns, so that what else the machine does falls on both alike.
            var (took, made) = (TimeSpan.Zero, TimeSpan.Zero);
            var before = store.Counters.Commits;
            for (var i = 0; i < executions; i++)
            {
                made += await make.RunAsync();
                var from = Stopwatch.GetTimestamp();
                await RunOneAsync(engine, definition);
                took += Stopwatch.GetElapsedTime(from);
            }

            // The first run is the warm-up: compiled code and a settled disk.
            if (run == 0) continue;
            var stages = (double)executions * Stages;
            times.Add(took.TotalMicroseconds / stages);
            commits.Add((store.Counters.Commits - before) / stages);
            makes.Add(made.TotalMicroseconds / stages);
        }

        return
        [
            new BenchResult("processes", name, "us_per_stage", times) { Raw = makes },
            new BenchResult("processes", name, "fsyncs_per_stage", commits),
        ];
    }

    private static async Task RunOneAsync(PipelineEngine engine, PipelineDefinition definition)
    {
        var outcome = await engine.StartAsync(new StartRequest { Definition = definition });
        var id = outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems));
        await engine.WaitForEndAsync(id);
        var status = await engine.ReadStateAsync(id, s => s.Status);
        if (status != Core.Executions.ExecutionStatus.Completed) throw new InvalidOperationException($"The execution ended as {status}.");
    }

    private static PipelineDefinition Chain() => new()
    {
        Id = "chain",
        Stages = [.. Enumerable.Range(0, Stages).Select(i => Stage(i, i == 0 ? [] : [Name(i - 1)]))],
    };

    private static PipelineDefinition FanOut() => new() { Id = "fan", Stages = [.. Enumerable.Range(0, Stages).Select(i => Stage(i, []))] };

    private static StageDefinition Stage(int i, IReadOnlyList<string> needs) =>
        new() { Id = Name(i), Type = "shell", Needs = needs, Shell = new ShellDefinition { Exec = [Program] } };

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");
}
