using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sightglass.Cli.Tests.Processes;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring;
using Xunit;

namespace Sightglass.Cli.Tests.Reporting;

/// <summary>A program that reports to a real server, which is killed and started again under it.</summary>
public sealed class RemoteMonitorTests : IDisposable
{
    private const int Kills = 4;

    private static readonly PipelineDefinition Nightly = new()
    {
        Id = "nightly",
        Stages = [new() { Id = "fetch", Type = "cron job" }, new() { Id = "load", Type = "sql", Needs = ["fetch"] }],
    };

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_the_server_is_killed_and_started_again_between_batches()
    {
        var address = new Uri($"http://127.0.0.1:{_port}");
        var lines = 0;
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = address, MaxWait = TimeSpan.FromMinutes(1) });

        // Nobody is there yet: what is reported waits.
        var run = monitor.StartRun(Nightly, new RunOptions { ExternalId = "job 17", Input = new { day = 3 } });
        monitor.StageStarted(run, "fetch", new { from = "ftp" });
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await ServeAsync();
            for (var i = 0; i < 50; i++) Print();
            await monitor.FlushAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

            // Some are on their way, some in a batch that is not answered, some not sent.
            for (var i = 0; i < 200; i++) Print();
            server.Signal(9);
            for (var i = 0; i < 50; i++) Print();
        }

        await using var last = await ServeAsync();
        monitor.StageCompleted(run, "fetch", new string('x', 100_000));
        monitor.StageStarted(run, "load");
        monitor.StageCompleted(run, "load", new { rows = 9 });
        await monitor.FlushAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

        using var http = new HttpClient { BaseAddress = address };
        var log = await http.GetStringAsync($"/api/executions/{run}/events?limit=10000");
        var events = JsonElement.Parse(log).GetProperty("events").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.GetProperty("seq").GetInt32()));
        Assert.Equal(
            string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n")),
            string.Concat(events.Where(e => e.GetProperty("type").GetString() == "stage.output").Select(e => e.GetProperty("data").GetProperty("text").GetString())));
        Assert.Equal("execution.completed", events[^1].GetProperty("type").GetString());
        string[] decided = ["execution.created", "execution.started", "stage.queued", "stage.started", "stage.completed", "stage.queued", "stage.started", "stage.completed", "execution.completed"];
        Assert.Equal(decided, events.Select(e => e.GetProperty("type").GetString()!).Where(t => t != "stage.output"));
        var state = JsonElement.Parse(await http.GetStringAsync($"/api/executions/{run}"));
        Assert.Equal("completed", state.GetProperty("status").GetString());
        Assert.Equal(9, state.GetProperty("result").GetProperty("output").GetProperty("rows").GetInt32());

        void Print() => monitor.StageOutput(run, "fetch", $"line {lines++}\n");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<CliProcess> ServeAsync()
    {
        var server = CliProcess.Start(_folder.Path, "serve", "--urls", $"http://127.0.0.1:{_port}");
        await server.WaitForAsync("Ctrl-C stops.");
        return server;
    }
}
