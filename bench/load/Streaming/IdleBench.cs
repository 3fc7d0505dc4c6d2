using Sightglass.Load.Streaming.Servers;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming;

/// <summary>What a viewer costs that waits for an execution in which nothing happens: resident memory of the server's process with
/// 10,000 of them less that with 100, after a collection, beside the bare hub with as many.</summary>
internal static class IdleBench
{
    private const int First = 100;

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("idle", args, new Dictionary<string, int> { ["runs"] = 3, ["viewers"] = 9_900 });
        if (arguments is null) return 2;
        var (ours, bare) = (new List<double>(), new List<double>());
        for (var run = 0; run < arguments["runs"]; run++)
        {
            using var folder = new StreamFolder(StreamServer.Printer);
            await using (var server = await folder.ServeAsync())
            {
                var id = await StreamRun.StartAsync(server, 1, 1);
                ours.Add(await KilobytesAsync(server, $"/api/executions/{id}/events", arguments["viewers"]));
            }

            await using var hub = await ChildServer.StartAsync("bare-hub");
            bare.Add(await KilobytesAsync(hub, "/", arguments["viewers"]));
        }

        await BenchResult.PrintAsync([new BenchResult("idle", "viewers" + (arguments["viewers"] + First), "kb_per_viewer", ours) { Raw = bare }], arguments.Json, output);
        return 0;
    }

    private static async Task<double> KilobytesAsync(ChildServer server, string path, int viewers)
    {
        using var crowd = new ViewerCrowd();
        Open(crowd, server.Port, path, First);
        var before = await server.AskAsync("memory");
        Open(crowd, server.Port, path, viewers);

        // What came before is sent, and nothing is under way any more.
        for (var i = 0; i < 20; i++) crowd.ReadOnce(100);
        var after = await server.AskAsync("memory");
        return (after - before) / viewers / 1024;
    }

    private static void Open(ViewerCrowd crowd, int port, string path, int viewers)
    {
        var all = crowd.Count + viewers;
        while (crowd.Count < all)
        {
            crowd.Open(port, path, new SeqScan());

            // No more at once than a listening socket holds for its server.
            if (crowd.Count % 100 == 0) crowd.ReadUntil(() => crowd.Begun == crowd.Count, TimeSpan.FromSeconds(30), "headers");
        }

        crowd.ReadUntil(() => crowd.Begun == all, TimeSpan.FromSeconds(30), "headers");
    }
}
