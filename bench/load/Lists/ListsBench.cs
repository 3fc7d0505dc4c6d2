using System.Diagnostics;
using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Sqlite;

namespace Sightglass.Load.Lists;

/// <summary>Lists over HTTP with a million executions stored, the state of an execution of 10,000 stages, and what 100,000
/// executions leave in memory. The database is made once, by the store's own appends, and kept under <c>artifacts</c>.</summary>
internal static class ListsBench
{
    private const int Active = 100;
    private const int Warmup = 100;
    private const int RunEvery = 10;
    private const string Results = "results";

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("lists", args, new Dictionary<string, int> { ["executions"] = 1_000_000, ["requests"] = 300, ["stages"] = 10_000, ["ended"] = 100_000 });
        if (arguments is null) return 2;
        var results = new List<BenchResult>();
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts")).FullName, string.Create(CultureInfo.InvariantCulture, $"lists-{arguments["executions"]}.db"));
        if (arguments.Wants("create") && await CreateAsync(path, arguments["executions"]) is { } created) results.Add(created);
        if (arguments.Wants("lists")) results.AddRange(await ListsAsync(path, arguments["requests"]));
        if (arguments.Wants("state")) results.AddRange(await LargeState.RunAsync(arguments["stages"]));
        if (arguments.Wants("memory")) results.Add(await EndedMemory.RunAsync(arguments["ended"]));
        await BenchResult.PrintAsync(results, arguments.Json, output);
        return 0;
    }

    private static async Task<BenchResult?> CreateAsync(string path, int executions)
    {
        if (File.Exists(path)) return null;
        var from = Stopwatch.GetTimestamp();
        await using (var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = path + ".part", Durability = SqliteDurability.Off, MaxCommitBytes = 4 * 1024 * 1024 }))
            await new StoredExecutions(store, 7).FillAsync(executions, TimeProvider.System.GetUtcNow());
        File.Move(path + ".part", path);
        return new BenchResult("lists", "create", "s", [Stopwatch.GetElapsedTime(from).TotalSeconds]);
    }

    private static async Task<List<BenchResult>> ListsAsync(string path, int requests)
    {
        await using var served = await ServedStore.StartAsync(path, StoredExecutions.Pipelines);
        var some = new StoredExecutions(served.Store, Environment.TickCount);
        await some.FillAsync(Active, TimeProvider.System.GetUtcNow());
        await some.BeginAsync(Active, TimeProvider.System.GetUtcNow());
        var random = new Random(3);
        var (oldest, newest) = (await served.OldestAsync(), TimeProvider.System.GetUtcNow());
        var cursors = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            var page = await served.GetAsync($"/api/executions/history?pageSize=2&to={Moment()}");
            cursors.Add(page.GetProperty("next").GetString() ?? throw new InvalidOperationException("the list is too short"));
        }

        (string Name, Func<string> Path)[] cases =
        [
            ("active", () => "/api/executions"),
            ("running", () => "/api/executions/running"),
            ("history", () => "/api/executions/history"),
            ("history-page", () => $"/api/executions/history?page={random.Next(1, 200)}"),
            ("history-deep", () => "/api/executions/history?cursor=" + Cursor()),
            ("pipeline", () => $"/api/executions/history?pipeline={Pipeline()}"),
            ("pipeline-page", () => $"/api/executions/history?pipeline={Pipeline()}&page={random.Next(1, 200)}"),
            ("status", () => "/api/executions/history?status=failed"),
            ("statuses", () => "/api/executions/history?status=failed,cancelled,running"),
            ("label", () => $"/api/executions/history?label=team=t{random.Next(StoredExecutions.Teams)}"),
            ("from-to", () => Range()),
            ("q-common", () => "/api/executions/history?q=nightly"),
            ("q-word", () => "/api/executions/history?q=" + some.Word()),
            ("q-words", () => $"/api/executions/history?q={some.Word()}+{some.Word()}"),
            ("q-error", () => "/api/executions/history?q=connection+refused"),
            ("q-none", () => "/api/executions/history?q=nowhere"),
            ("q-deep", () => "/api/executions/history?q=nightly&cursor=" + Cursor()),
            ("all", () => $"{Range()}&q={some.Word()}&status=completed,running&label=environment=prod&pipeline={Pipeline()}"),
            ("overview", () => "/api/overview"),
            (Results, () => "/api/pipelines?recent=20"),
        ];

        // A server that runs for a while has compiled what it uses often.
        for (var i = 0; i < Warmup; i++)
            foreach (var (_, address) in cases) await served.ReadAsync(address());
        var results = new List<BenchResult>();
        foreach (var (name, address) in cases)
        {
            var times = new List<double>(requests);
            for (var i = 0; i < requests; i++)
            {
                var url = address();

                // An execution that has ended makes what is known of its pipeline old.
                if (name == Results && i % RunEvery == 0) await served.RunAsync(new PipelineDefinition { Id = Pipeline(), Stages = [new StageDefinition { Id = "only", Type = "code", Code = new CodeDefinition { Name = "noop" } }] });
                var from = Stopwatch.GetTimestamp();
                await served.ReadAsync(url);
                times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            }

            results.Add(new BenchResult("lists", name, "p50_ms", [BenchResult.Percentile(times, 0.5)]));
            results.Add(new BenchResult("lists", name, "p99_ms", [BenchResult.Percentile(times, 0.99)]));
        }

        await some.EndAsync();
        return results;

        string Pipeline() => string.Create(CultureInfo.InvariantCulture, $"pipeline-{random.Next(StoredExecutions.Pipelines)}");

        string Cursor() => cursors[random.Next(cursors.Count)];

        long Moment() => (oldest + ((newest - oldest) * (0.05 + (random.NextDouble() * 0.95)))).ToUnixTimeMilliseconds();

        string Range()
        {
            var (one, other) = (Moment(), Moment());
            return string.Create(CultureInfo.InvariantCulture, $"/api/executions/history?from={Math.Min(one, other)}&to={Math.Max(one, other)}");
        }
    }
}
