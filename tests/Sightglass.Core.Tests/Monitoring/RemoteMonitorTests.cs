using System.Net;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring;
using Xunit;

namespace Sightglass.Core.Tests.Monitoring;

/// <summary>A monitor against a server of the test's, which keeps batches as ours does: by number.</summary>
public sealed class RemoteMonitorTests
{
    private static readonly Uri Server = new("http://sightglass.test/");

    private static readonly PipelineDefinition One = new() { Id = "one", Stages = [new() { Id = "work", Type = "any" }] };

    [Fact]
    public async Task Batches_are_sent_again_with_the_same_bytes_until_they_are_answered()
    {
        using var server = new PlayedServer();
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = Server, Token = "secret", Handler = server });
        server.Answers.Enqueue(HttpStatusCode.ServiceUnavailable);
        server.Answers.Enqueue(null);
        var run = monitor.StartRun(One, new RunOptions { ExternalId = "7" });
        monitor.StageStarted(run, "work");
        monitor.StageCompleted(run, "work", "done");
        await monitor.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        Assert.Equal("Bearer secret", server.Authorization);
        var starts = server.Requests.Where(r => r.Path == "/api/executions").ToList();
        Assert.Equal(3, starts.Count);
        Assert.Single(starts.Select(s => s.Body).Distinct());
        Assert.Equal(run, JsonElement.Parse(starts[0].Body).GetProperty("id").GetGuid());
        Assert.Equal(["execution.started", "stage.queued", "stage.started", "stage.completed", "execution.completed"], server.Events());
    }

    [Fact]
    public async Task Batches_are_numbered_and_bounded_when_much_is_reported_at_once()
    {
        using var server = new PlayedServer();
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = Server, Handler = server });
        var run = monitor.StartRun(One);
        monitor.StageStarted(run, "work", new string('i', 300_000));
        for (var i = 0; i < 3000; i++) monitor.StageOutput(run, "work", $"line {i}\n");
        monitor.StageOutput(run, "work", new string('x', 2_000_000));
        monitor.StageCompleted(run, "work", new string('y', 400_000));
        await monitor.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        var batches = server.Batches();
        Assert.Equal(Enumerable.Range(1, batches.Count).Select(i => (long)i), batches.Select(b => b.GetProperty("batch").GetInt64()));
        Assert.All(batches, b => Assert.InRange(b.GetProperty("events").GetArrayLength(), 1, 1000));
        Assert.All(server.Requests.Skip(1), r => Assert.InRange(r.Body.Length, 1, 1024 * 1024));
        var events = batches.SelectMany(b => b.GetProperty("events").EnumerateArray()).ToList();
        var printed = string.Concat(events.Where(e => e.GetProperty("type").GetString() == "stage.output").Select(e => e.GetProperty("data").GetProperty("text").GetString()));
        Assert.Equal(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i}\n")) + new string('x', 2_000_000), printed);

        // A value is sent whole: the server makes its own reference.
        Assert.Equal(new string('y', 400_000), events.Single(e => e.GetProperty("type").GetString() == "stage.completed").GetProperty("data").GetProperty("output").GetString());
        Assert.False(events[^1].GetProperty("data").TryGetProperty("output", out var last) && last.ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task Run_ends_for_the_monitor_when_the_server_refuses_it()
    {
        using var server = new PlayedServer();
        server.Answers.Enqueue(HttpStatusCode.Forbidden);
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = Server, Handler = server });
        var run = monitor.StartRun(One);

        var refused = await Assert.ThrowsAsync<MonitorException>(() => monitor.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        Assert.Equal("monitor_refused", refused.Code);
        Assert.Contains("403 forbidden", refused.Message, StringComparison.Ordinal);
        Assert.Equal("monitor_refused", Assert.Throws<MonitorException>(() => monitor.StageStarted(run, "work")).Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Report_is_held_and_then_refused_when_the_server_is_away_and_the_buffer_full()
    {
        using var server = new PlayedServer { IsAway = true };
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = Server, Handler = server, MaxPendingBytes = 20_000, MaxWait = TimeSpan.FromMilliseconds(50) });
        var run = monitor.StartRun(One);
        monitor.StageStarted(run, "work");
        var accepted = 0;

        var full = Assert.Throws<MonitorException>(() =>
        {
            while (accepted < 1000)
            {
                monitor.StageOutput(run, "work", new string('x', 1000));
                accepted++;
            }
        });

        Assert.Equal("monitor_full", full.Code);
        Assert.InRange(accepted, 10, 40);

        // What was accepted is delivered once there is somebody, and there is room again.
        server.IsAway = false;
        await monitor.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        monitor.StageCompleted(run, "work");
        await monitor.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(accepted, server.Events().Count(t => t == "stage.output"));
        Assert.Equal("execution.completed", server.Events()[^1]);
    }

    [Fact]
    public async Task Monitor_says_where_to_read_when_a_server_keeps_the_logs()
    {
        using var server = new PlayedServer();
        await using var monitor = new PipelineMonitor(new PipelineMonitorOptions { Server = Server, Handler = server });
        var run = monitor.StartRun(One);
        monitor.StageStarted(run, "work");

        Assert.Contains("fillcolor=green", monitor.Visualize(One, VisualizationFormat.Dot, run), StringComparison.Ordinal);
        Assert.Equal("monitor_remote", Assert.Throws<MonitorException>(() => monitor.Store).Code);
        Assert.Equal("monitor_remote", (await Assert.ThrowsAsync<MonitorException>(() => monitor.HistoryAsync())).Code);
        Assert.Throws<ArgumentException>(() => new PipelineMonitor(new Uri("ftp://sightglass.test")));
    }

    private sealed class PlayedServer : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly List<(string Path, string Body)> _requests = [];
        private readonly SortedDictionary<long, JsonElement> _batches = [];

        /// <summary>Gets what the next requests are answered before all goes well; null takes it and loses the answer.</summary>
        public Queue<HttpStatusCode?> Answers { get; } = new();

        public bool IsAway { get; set; }

        public string? Authorization { get; private set; }

        public IReadOnlyList<(string Path, string Body)> Requests
        {
            get
            {
                lock (_gate) return [.. _requests];
            }
        }

        public IReadOnlyList<JsonElement> Batches()
        {
            lock (_gate) return [.. _batches.Values];
        }

        public IReadOnlyList<string> Events() => [.. Batches().SelectMany(b => b.GetProperty("events").EnumerateArray()).Select(e => e.GetProperty("type").GetString()!)];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsAway) throw new HttpRequestException("Nobody listens.");
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            lock (_gate)
            {
                Authorization = request.Headers.Authorization?.ToString();
                _requests.Add((request.RequestUri!.AbsolutePath, body));
                var answer = Answers.Count > 0 ? Answers.Dequeue() : HttpStatusCode.OK;
                if (answer is null or HttpStatusCode.OK && JsonElement.Parse(body) is var json && json.TryGetProperty("batch", out var number)) _batches[number.GetInt64()] = json;
                if (answer is null) throw new HttpRequestException("The answer was lost.");
                return new HttpResponseMessage(answer.Value) { Content = new StringContent(answer == HttpStatusCode.OK ? "{}" : """{"code":"forbidden","detail":"This needs a role."}""", Encoding.UTF8, "application/json") };
            }
        }
    }
}
