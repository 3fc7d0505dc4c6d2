using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;

namespace Sightglass.Load.Store;

/// <summary>Appends through the SQLite store beside raw SQLite, alternating, then reads the log back.</summary>
internal static class StoreBench
{
    private const int Owners = 32;
    private const int PageBytes = 256 * 1024;
    private const string OwnersCase = "append-1-by-32";
    private const string ReplayCase = "replay";

    private static readonly DateTimeOffset Created = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("store", args, new Dictionary<string, int> { ["runs"] = 5, ["events"] = 100_000 });
        if (arguments is null) return 2;
        var folder = Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, string.Create(CultureInfo.InvariantCulture, $"store-bench-{Environment.ProcessId}"))).FullName;
        try
        {
            var results = new List<BenchResult>();
            foreach (var group in new[] { 1, 10, 100, 1000 })
                if (arguments.Wants(AppendCase(group))) results.AddRange(await AppendsAsync(folder, group, arguments));
            if (arguments.Wants(OwnersCase)) results.Add(await OwnersAsync(folder, arguments));
            if (arguments.Wants(ReplayCase)) results.Add(await ReplayAsync(folder, arguments));
            await BenchResult.PrintAsync(results, arguments.Json, output);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> AppendsAsync(string folder, int group, BenchArguments arguments)
    {
        var appends = Math.Max(1, (group == 1 ? arguments["events"] / 10 : arguments["events"]) / group);
        var bytes = Events(group);
        List<double> rates = [], rawRates = [], slow = [], rawSlow = [];

        // The first round warms up and is not counted.
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            var (rate, p99) = await AppendAsync(NewFile(folder), appends, group, bytes);
            var (rawRate, rawP99) = AppendRaw(NewFile(folder), appends, group, bytes);
            if (run == 0) continue;
            rates.Add(rate);
            rawRates.Add(rawRate);
            slow.Add(p99);
            rawSlow.Add(rawP99);
        }

        var name = AppendCase(group);
        return
        [
            new BenchResult("store", name, "events_per_s", rates) { Raw = rawRates },
            new BenchResult("store", name, "p99_ms", slow) { Raw = rawSlow },
        ];
    }

    private static async Task<(double Rate, double P99)> AppendAsync(string path, int appends, int group, byte[] bytes)
    {
        await using var store = Open(path);
        var id = Guid.CreateVersion7(Created);
        var times = new double[appends];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < appends; i++)
        {
            var from = Stopwatch.GetTimestamp();
            Expect(await store.AppendAsync(Next(id, (long)i * group, group, bytes)));
            times[i] = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        }

        return (Rate(appends * group, start), BenchResult.Percentile(times, 0.99));
    }

    private static (double Rate, double P99) AppendRaw(string path, int appends, int group, byte[] bytes)
    {
        using var database = new RawSqlite(path, CheckpointPages(path));
        var times = new double[appends];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < appends; i++)
        {
            var from = Stopwatch.GetTimestamp();
            database.Append(((long)i * group) + 1, bytes);
            times[i] = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        }

        return (Rate(appends * group, start), BenchResult.Percentile(times, 0.99));
    }

    private static string AppendCase(int group) => string.Create(CultureInfo.InvariantCulture, $"append-{group}");

    // What group commit is for: single events of many executions, beside raw SQLite's one commit an event.
    private static async Task<BenchResult> OwnersAsync(string folder, BenchArguments arguments)
    {
        var appends = Math.Max(1, arguments["events"] / Owners);
        var bytes = Events(1);
        List<double> rates = [], rawRates = [];
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            await using var store = Open(NewFile(folder));
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Owners).Select(_ => Task.Run(async () =>
            {
                var id = Guid.CreateVersion7(Created);
                for (var i = 0; i < appends; i++) Expect(await store.AppendAsync(Next(id, i, 1, bytes)));
            })));
            var rate = Rate(appends * Owners, start);
            var (rawRate, _) = AppendRaw(NewFile(folder), Math.Max(1, arguments["events"] / 10), 1, bytes);
            if (run == 0) continue;
            rates.Add(rate);
            rawRates.Add(rawRate);
        }

        return new BenchResult("store", OwnersCase, "events_per_s", rates) { Raw = rawRates };
    }

    private static async Task<BenchResult> ReplayAsync(string folder, BenchArguments arguments)
    {
        const int Group = 100;
        var bytes = Events(Group);
        var appends = Math.Max(1, arguments["events"] / Group);
        var id = Guid.CreateVersion7(Created);
        var (path, rawPath) = (NewFile(folder), NewFile(folder));
        await using var store = Open(path);
        using var database = new RawSqlite(rawPath, CheckpointPages(rawPath));
        for (var i = 0; i < appends; i++)
        {
            Expect(await store.AppendAsync(Next(id, (long)i * Group, Group, bytes)));
            database.Append(((long)i * Group) + 1, bytes);
        }

        List<double> rates = [], rawRates = [];
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            var start = Stopwatch.GetTimestamp();
            for (long after = 0; after < appends * Group;)
                after = (await store.ReadAsync(id, after, BlockFilter.All, PageBytes)).Blocks[^1].LastSeq;
            var rate = Rate(appends * Group, start);
            start = Stopwatch.GetTimestamp();
            database.ReadAll();
            var rawRate = Rate(appends * Group, start);
            if (run == 0) continue;
            rates.Add(rate);
            rawRates.Add(rawRate);
        }

        return new BenchResult("store", ReplayCase, "events_per_s", rates) { Raw = rawRates };
    }

    private static SqliteEventStore Open(string path) => SqliteEventStore.Open(new SqliteStoreOptions { Path = path });

    // As often as the store does.
    private static int CheckpointPages(string path) => new SqliteStoreOptions { Path = path }.CheckpointPages;

    private static string NewFile(string folder) => Path.Combine(folder, Path.GetRandomFileName() + ".db");

    private static double Rate(long events, long start) => events / Stopwatch.GetElapsedTime(start).TotalSeconds;

    private static Append Next(Guid id, long last, int count, byte[] bytes) => new()
    {
        ExecutionId = id,
        Epoch = 1,
        ExpectedLast = last,
        Blocks = [new AppendBlock(BlockKind.Report, last + 1, count, bytes)],
        Summary = last > 0
            ? null
            : new ExecutionSummary { Id = id, PipelineId = "bench", PipelineName = "Bench", Status = ExecutionStatus.Running, CreatedAt = Created },
    };

    private static byte[] Events(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{\"seq\":{i,6},\"time\":\"2026-11-20T17:29:03.123456Z\",\"executionId\":\"0197a0c2-0000-7000-8000-000000000000\",\"type\":\"stage.output\",\"stage\":\"analyze\",\"attempt\":1,");
            text.Append("\"data\":{\"text\":\"The prompt asks for a sum of\",\"stream\":\"output\",\"offset\":0}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Expect(AppendOutcome outcome)
    {
        if (outcome.Status != AppendStatus.Appended) throw new InvalidOperationException($"The append was refused: {outcome.Status}.");
    }
}
