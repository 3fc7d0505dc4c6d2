using Sightglass.Load.Streaming.Servers;

namespace Sightglass.Load.Streaming;

/// <summary>
/// One execution printed to many viewers, every line durable, none missing, none twice: 300 lines a second to 1,000 viewers,
/// and as many lines as go through to 100, beside a bare hub with the same viewers in the same run.
/// </summary>
internal static class FanoutBench
{
    private const double LeastOfHub = 700_000;

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("fanout", args, new Dictionary<string, int> { ["runs"] = 3, ["seconds"] = 5, ["lines"] = 40_000 });
        if (arguments is null) return 2;
        using var folder = new StreamFolder(StreamServer.Printer);
        await using var server = await folder.ServeAsync();
        await using var hub = await ChildServer.StartAsync("bare-hub");
        var results = new List<BenchResult>();
        if (arguments.Wants("1000x300")) results.AddRange(await PacedAsync(server, hub, arguments));
        if (arguments.Wants("ceiling100")) results.AddRange(await CeilingAsync(server, hub, arguments));
        await BenchResult.PrintAsync(results, arguments.Json, output);
        if (results.Find(static r => r.Case == "ceiling100")?.RawMedian is not { } raw || raw >= LeastOfHub) return 0;
        await Console.Error.WriteLineAsync($"The run is void: the bare hub came to {raw:#,0} deliveries a second, and {LeastOfHub:#,0} is the least of a machine that has nothing else to do.");
        return 1;
    }

    private static async Task<IReadOnlyList<BenchResult>> PacedAsync(ChildServer server, ChildServer hub, BenchArguments arguments)
    {
        var (ours, bare) = (new DelaySeries(), new DelaySeries());
        await StreamRun.ThroughServerAsync(server, 1000, 600, 300);
        await StreamRun.ThroughHubAsync(hub, 1000, 600, 300);
        for (var run = 0; run < arguments["runs"]; run++)
        {
            ours.Add(await StreamRun.ThroughServerAsync(server, 1000, 300 * arguments["seconds"], 300));
            bare.Add(await StreamRun.ThroughHubAsync(hub, 1000, 300 * arguments["seconds"], 300));
        }

        return ours.Results("fanout", "1000x300", bare);
    }

    private static async Task<IReadOnlyList<BenchResult>> CeilingAsync(ChildServer server, ChildServer hub, BenchArguments arguments)
    {
        var (ours, bare) = (new List<double>(), new List<double>());
        for (var run = 0; run <= arguments["runs"]; run++)
        {
            var through = await StreamRun.ThroughServerAsync(server, 100, arguments["lines"], 0);
            var beside = await StreamRun.ThroughHubAsync(hub, 100, arguments["lines"], 0);
            if (run == 0) continue;
            ours.Add(through.PerSecond);
            bare.Add(beside.PerSecond);
        }

        return [new BenchResult("fanout", "ceiling100", "lines_per_s", ours) { Raw = bare }];
    }
}
