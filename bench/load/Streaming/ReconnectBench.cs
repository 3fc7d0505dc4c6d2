using System.Diagnostics;
using System.Globalization;
using Sightglass.Load.Streaming.Servers;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming;

/// <summary>1,000 viewers of an execution that prints; the server stops and starts again, and all of them come back at once with
/// their cursors. Nobody may miss an event or get one twice; measured is how long it takes until all stand where the log does.</summary>
internal static class ReconnectBench
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("reconnect", args, new Dictionary<string, int> { ["runs"] = 3, ["viewers"] = 1000, ["lines"] = 1500, ["rate"] = 300 });
        if (arguments is null) return 2;
        var times = new List<double>();
        for (var run = 0; run < arguments["runs"]; run++) times.Add(await OnceAsync(arguments["viewers"], arguments["lines"], arguments["rate"]));
        await BenchResult.PrintAsync([new BenchResult("reconnect", $"viewers{arguments["viewers"]}", "caught_up_ms", times)], arguments.Json, output);
        return 0;
    }

    private static async Task<double> OnceAsync(int viewers, int lines, int rate)
    {
        using var folder = new StreamFolder(StreamServer.Printer);
        var scans = Enumerable.Range(0, viewers).Select(static _ => new SeqScan()).ToList();
        string path;
        int port;
        await using (var server = await folder.ServeAsync())
        {
            port = server.Port;
            var id = await StreamRun.StartAsync(server, lines, rate);
            path = $"/api/executions/{id}/events";
            using var crowd = new ViewerCrowd();
            foreach (var scan in scans) crowd.Open(port, path, scan);
            crowd.ReadUntil(() => crowd.Begun == viewers, Limit, "headers");
            await StreamRun.GoAsync(server);
            crowd.ReadUntil(() => scans.TrueForAll(static s => s.Count > 100), Limit, "some of the log");

            // It goes on printing while it is told to stop.
            var stopping = server.StopAsync();
            crowd.ReadUntil(() => crowd.Ended == viewers, Limit, "the end of the streams");
            await stopping;
        }

        foreach (var scan in scans) scan.Cut();
        await using var again = await folder.ServeAsync(port);
        var from = Stopwatch.GetTimestamp();
        using var back = new ViewerCrowd();
        foreach (var scan in scans) back.Open(port, path, scan, string.Create(CultureInfo.InvariantCulture, $"Last-Event-ID: {scan.Last}\r\n"));
        var reached = scans.Max(static s => s.Last);
        back.ReadUntil(() => scans.TrueForAll(s => s.Last > reached), Limit, "the rest of the log");
        var caughtUp = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
        back.ReadUntil(() => scans.TrueForAll(static s => s.HasEnd), Limit, "the end of the execution");
        if (scans.Sum(static s => s.Wrong) is > 0 and var wrong) throw new InvalidDataException($"{wrong} events were missing or came twice.");
        return scans.Select(static s => s.Last).Distinct().Count() == 1 ? caughtUp : throw new InvalidDataException("The viewers do not stand at the same end.");
    }
}
