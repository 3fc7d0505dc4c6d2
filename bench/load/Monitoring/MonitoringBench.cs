using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;

namespace Sightglass.Load.Monitoring;

/// <summary>
/// What recording costs the work: a pipeline of ten stages, each hashing for about 10 ms, as a bare loop, run by the engine
/// with each result durable before the next stage starts, and as a bare loop that reports to a monitor. They take turns
/// execution by execution, so that what else the machine does falls on all of them alike.
/// </summary>
internal static class MonitoringBench
{
    private const int Stages = 10;
    private const int WarmUps = 5;

    // Executions of empty stages before that, so that nothing is measured while its code is still being compiled.
    private const int EmptyWarmUps = 200;
    private const int CallRuns = 9;
    private static readonly byte[] Block = new byte[64 * 1024];

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("monitoring", args, new Dictionary<string, int> { ["runs"] = 60, ["stage-ms"] = 10, ["calls"] = 100_000 });
        if (arguments is null) return 2;
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", Path.GetRandomFileName())).FullName;
        try
        {
            var results = new List<BenchResult>();
            if (arguments.Wants("engine") || arguments.Wants("monitor")) results.AddRange(await WorkAsync(arguments, folder));
            if (arguments.Wants("call")) results.Add(await CallsAsync(arguments["calls"]));
            await BenchResult.PrintAsync([.. results.Where(r => arguments.Wants(r.Case))], arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> WorkAsync(BenchArguments arguments, string folder)
    {
        var runs = arguments["runs"];
        var rounds = RoundsFor(arguments["stage-ms"]);
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "runs.db") });
        var hashes = 0;
        await using var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [new CodeStage(new CodeRegistry().Register("hash", _ => { Hash(Volatile.Read(ref hashes)); }))],
        });
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Store = store });
        for (var run = 0; run < EmptyWarmUps; run++)
        {
            await RunAsync(engine);
            await Reported(monitor, 0);
        }

        hashes = rounds;
        Times bare = new(), byEngine = new(), reported = new();
        for (var run = -WarmUps; run < runs; run++)
        {
            // Each goes first as often as the others.
            for (var turn = 0; turn < 3; turn++)
            {
                var (times, execute) = ((run + WarmUps + turn) % 3) switch
                {
                    0 => (bare, (Func<Task>)(() => Bare(rounds))),
                    1 => (byEngine, () => RunAsync(engine)),
                    _ => (reported, () => Reported(monitor, rounds)),
                };
                var (from, cpuFrom) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await execute();
                if (run < 0) continue;
                times.Elapsed.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds / Stages);
                times.Cpu.Add((Environment.CpuUsage.TotalTime - cpuFrom).TotalMilliseconds / Stages);
            }
        }

        await monitor.FlushAsync();
        return
        [
            new BenchResult("monitoring", "engine", "ms_per_stage", byEngine.Elapsed) { Raw = bare.Elapsed },
            new BenchResult("monitoring", "monitor", "ms_per_stage", reported.Elapsed) { Raw = bare.Elapsed },

            // On a busy machine this one still says what recording costs: others' work is not in it.
            new BenchResult("monitoring", "engine", "cpu_ms_per_stage", byEngine.Cpu) { Raw = bare.Cpu },
            new BenchResult("monitoring", "monitor", "cpu_ms_per_stage", reported.Cpu) { Raw = bare.Cpu },
        ];
    }

    /// <summary>Measures the report of a line of output, the call that programs make most often, from one thread.</summary>
    private static async Task<BenchResult> CallsAsync(int calls)
    {
        var times = new List<double>();
        for (var run = 0; run <= CallRuns; run++)
        {
            await using var monitor = new PipelineMonitor();
            var id = monitor.StartRun(Pipeline);
            monitor.StageStarted(id, "s0");
            var from = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++) monitor.StageOutput(id, "s0", "a line of output of a usual length, some eighty characters long, as logs have\n");
            if (run > 0) times.Add(Stopwatch.GetElapsedTime(from).TotalMicroseconds / calls);
        }

        return new BenchResult("monitoring", "call", "us_per_call", times);
    }

    private static Task Bare(int rounds)
    {
        for (var i = 0; i < Stages; i++) Hash(rounds);
        return Task.CompletedTask;
    }

    private static Task Reported(PipelineMonitor monitor, int rounds)
    {
        var id = monitor.StartRun(Pipeline);
        for (var i = 0; i < Stages; i++)
        {
            monitor.StageStarted(id, Name(i));
            Hash(rounds);
            monitor.StageCompleted(id, Name(i));
        }

        return Task.CompletedTask;
    }

    private static async Task RunAsync(PipelineEngine engine)
    {
        var outcome = await engine.StartAsync(new StartRequest { Definition = Pipeline });
        await engine.WaitForEndAsync(outcome.ExecutionId ?? throw new InvalidOperationException(string.Join(' ', outcome.Problems)));
    }

    private static void Hash(int rounds)
    {
        Span<byte> hash = stackalloc byte[32];
        for (var i = 0; i < rounds; i++) SHA256.HashData(Block, hash);
    }

    /// <summary>Finds how often to hash for a stage of the wanted length on this machine.</summary>
    private static int RoundsFor(int stageMs)
    {
        Hash(200);
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var from = Stopwatch.GetTimestamp();
            Hash(100);
            best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalMilliseconds / 100);
        }

        return Math.Max(1, (int)Math.Round(stageMs / best));
    }

    private static PipelineDefinition Pipeline { get; } = new()
    {
        Id = "hashing",
        Stages = [.. Enumerable.Range(0, Stages).Select(i => new StageDefinition { Id = Name(i), Needs = i == 0 ? [] : [Name(i - 1)], Code = new CodeDefinition { Name = "hash" } })],
    };

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i}");

    private sealed record Times
    {
        public List<double> Elapsed { get; } = [];

        public List<double> Cpu { get; } = [];
    }
}
