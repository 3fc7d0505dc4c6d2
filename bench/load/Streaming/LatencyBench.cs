using Sightglass.Load.Streaming.Servers;

namespace Sightglass.Load.Streaming;

/// <summary>How old a line is when a viewer has it: printed by a process, committed with a sync, sent to 100 viewers; 1,000 lines
/// a second. Beside it the bare hub, which stores nothing and has no process to read from.</summary>
internal static class LatencyBench
{
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("latency", args, new Dictionary<string, int> { ["runs"] = 3, ["viewers"] = 100, ["rate"] = 1000, ["seconds"] = 5 });
        if (arguments is null) return 2;
        using var folder = new StreamFolder(StreamServer.Printer);
        await using var server = await folder.ServeAsync();
        await using var hub = await ChildServer.StartAsync("bare-hub");
        var (viewers, rate) = (arguments["viewers"], arguments["rate"]);
        var lines = rate * arguments["seconds"];
        var (ours, bare) = (new DelaySeries(), new DelaySeries());

        // What is measured is not the compiler.
        await StreamRun.ThroughServerAsync(server, viewers, rate * 2, rate);
        await StreamRun.ThroughHubAsync(hub, viewers, rate * 2, rate);
        for (var run = 0; run < arguments["runs"]; run++)
        {
            ours.Add(await StreamRun.ThroughServerAsync(server, viewers, lines, rate));
            bare.Add(await StreamRun.ThroughHubAsync(hub, viewers, lines, rate));
        }

        await BenchResult.PrintAsync(ours.Results("latency", $"{viewers}x{rate}", bare), arguments.Json, output);
        return 0;
    }
}
