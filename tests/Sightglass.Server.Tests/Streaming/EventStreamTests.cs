using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Server.Tests.Streaming;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Stream_sends_every_event_and_an_end_frame_when_the_execution_ends()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunAsync("printer");
        using var viewer = await server.FollowAsync(id);
        var frames = await viewer.ReadAllAsync();
        var end = frames[^1];
        Assert.Equal("end", end.Event);
        var events = frames.Where(f => f.Event is null && f.Data is not null).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(f => f.Seq));
        Assert.All(events, f => Assert.Equal(f.Seq, f.Json.GetProperty("seq").GetInt64()));
        Assert.Equal(events.Count, end.Json.GetProperty("last").GetInt64());
        Assert.Equal(events.Count, end.Json.GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task Stream_sends_each_event_once_when_the_viewer_comes_back_again_and_again()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunAsync("printer");
        var seen = new List<long>();
        var ended = false;
        while (!ended)
        {
            // The query stays what it was, as in a browser; the header says where the viewer stands.
            using var viewer = await server.FollowAsync(id, "?after=0", seen.Count > 0 ? seen[^1].ToString(CultureInfo.InvariantCulture) : null);
            for (var taken = 0; taken < 3 && !ended; taken++)
            {
                var frame = await viewer.NextAsync();
                Assert.NotNull(frame);
                ended = frame.Event == "end";
                if (!ended && frame.Data is not null) seen.Add(frame.Seq);
            }
        }

        var last = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt32();
        Assert.Equal(Enumerable.Range(1, last).Select(n => (long)n), seen);
    }

    [Fact]
    public async Task Stream_goes_on_without_an_end_frame_when_the_server_restarts()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var viewer = await server.FollowAsync(id);
        var first = await viewer.NextAsync();
        Assert.Equal(1, first!.Seq);
        await server.RestartAsync();
        var frames = await viewer.ReadAllAsync();
        Assert.DoesNotContain(frames, f => f.Event is not null);
        Assert.InRange(frames[^1].Retry!.Value, 500, 3000);
        var cursor = frames.Where(f => f.Data is not null).Select(f => f.Seq).DefaultIfEmpty(1).Max();
        using var again = await server.FollowAsync(id, $"?after={cursor}");
        await server.PostAsync("/api/events", """{"type":"go"}""");
        var rest = await again.ReadAllAsync();
        Assert.Equal("end", rest[^1].Event);
        Assert.Equal(cursor + 1, rest.First(f => f.Data is not null).Seq);
    }

    [Theory]
    [InlineData("types=stage.*", "stage.")]
    [InlineData("types=stage.output", "stage.output")]
    [InlineData("stages=print&types=stage.completed,stage.started", "stage.")]
    public async Task Stream_sends_only_what_was_asked_for_when_it_is_filtered(string query, string prefix)
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        using var viewer = await server.FollowAsync(id, "?" + query);
        var frames = await viewer.ReadAllAsync();
        var events = frames.Where(f => f.Event is null && f.Data is not null).ToList();
        Assert.NotEmpty(events);
        Assert.All(events, f => Assert.StartsWith(prefix, f.Json.GetProperty("type").GetString(), StringComparison.Ordinal));
        if (query.StartsWith("stages", StringComparison.Ordinal)) Assert.All(events, f => Assert.Equal("print", f.Json.GetProperty("stage").GetString()));
        var end = frames[^1].Json;
        Assert.Equal(events.Count, end.GetProperty("sent").GetInt32());
        Assert.True(end.GetProperty("last").GetInt32() > events.Count);
    }

    [Fact]
    public async Task Stream_sends_instances_when_their_stage_is_asked_for()
    {
        const string Each = """
            id: each
            stages:
              - { id: x, type: data, forEach: "${{ [1, 2] }}", data: { value: item } }
              - { id: xy, type: data, data: { value: "1" } }
            """;
        await using var server = await ServerHarness.StartAsync(Each);
        var id = await server.RunToEndAsync("each");
        using var viewer = await server.FollowAsync(id, "?stages=x&types=stage.completed");
        var stages = (await viewer.ReadAllAsync()).Where(f => f.Event is null && f.Data is not null).Select(f => f.Json.GetProperty("stage").GetString()).Order().ToList();
        Assert.Equal(["x", "x[0]", "x[1]"], stages);
    }

    [Fact]
    public async Task Stream_beats_with_the_cursor_when_nothing_happens()
    {
        var time = new ManualTime();

        // The clock outruns the connection, which must not look slow for it; and all has been said when it begins to run.
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, SlowViewer = TimeSpan.FromDays(1) }, time: time, pipelines: Some.Waits);
        var id = await server.RunAsync("waits");
        await server.GetAsync($"/api/executions/{id}/events?types=stage.waiting&wait=30");
        var last = (await server.GetAsync($"/api/executions/{id}/events?types=none")).Json.GetProperty("last").GetInt64();
        using var viewer = await server.FollowAsync(id, $"?after={last}");
        var before = time.GetUtcNow();
        var next = viewer.NextAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        var beat = await next;
        Assert.Null(beat!.Data);
        Assert.Null(beat.Event);
        Assert.Equal(last, beat.Seq);
        Assert.True(time.GetUtcNow() - before >= TimeSpan.FromSeconds(15), "The heartbeat came early.");
    }

    [Fact]
    public async Task Ndjson_beats_with_the_cursor_when_nothing_is_wanted_of_what_happens()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, SlowViewer = TimeSpan.FromDays(1) }, time: time, pipelines: Some.Waits);
        var id = await server.RunAsync("waits");
        await server.GetAsync($"/api/executions/{id}/events?types=stage.waiting&wait=30");
        var last = (await server.GetAsync($"/api/executions/{id}/events?types=none")).Json.GetProperty("last").GetInt64();
        using var response = await server.OpenAsync($"/api/executions/{id}/events?follow=true&types=none", "application/x-ndjson");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var next = reader.ReadLineAsync();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        Assert.Equal($$"""{"heartbeat":{{last}}}""", await next);
    }

    [Fact]
    public async Task Stream_says_that_the_log_is_another_when_a_browser_comes_back_with_a_cursor_beyond_its_end()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        using var viewer = await server.FollowAsync(id, lastEventId: "100000");
        var frame = Assert.Single(await viewer.ReadAllAsync());
        Assert.Equal(("reset", 0L), (frame.Event, frame.Seq));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(true, true)]
    public async Task Streaming_stands_as_it_was_turned_when_the_server_starts_again_unless_it_is_told_otherwise(bool? given, bool isOn)
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.True(await IsOnAsync());
        await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":false}""");
        await server.RestartAsync(o => o with { IsStreaming = given });
        Assert.Equal(isOn, await IsOnAsync());

        async Task<bool> IsOnAsync() => (await server.GetAsync("/api/config/status")).Json.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean();
    }

    [Fact]
    public async Task Streams_are_refused_and_open_ones_sent_away_when_streaming_is_turned_off()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var viewer = await server.FollowAsync(id);
        Assert.Equal(1, (await viewer.NextAsync())!.Seq);
        Assert.True((await server.GetAsync("/api/config/status")).Json.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        var turned = await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":false}""");
        Assert.False(turned.Json.GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        Assert.NotNull((await viewer.ReadAllAsync())[^1].Retry);
        (await server.GetAsync($"/api/executions/{id}/events", ("Accept", "text/event-stream"))).AssertProblem(HttpStatusCode.ServiceUnavailable, "streaming_disabled");
        Assert.False((await server.GetAsync("/api/config/status")).Json.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/executions/{id}/events")).Status);
        (await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":1}""")).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
        await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":true}""");
        using var again = await server.FollowAsync(id);
        Assert.Equal(1, (await again.NextAsync())!.Seq);
    }

    [Fact]
    public async Task Stream_closes_a_viewer_as_lagging_when_it_does_not_read_while_others_go_on()
    {
        var log = new LogSignal();
        await using var server = await ServerHarness.StartAsync(o => o with { SlowViewer = TimeSpan.FromSeconds(2), LoggerFactory = log }, pipelines: Some.Flood);
        var id = await server.RunAsync("flood");
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await slow.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await slow.SendAsync(Encoding.ASCII.GetBytes($"GET /api/executions/{id}/events HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\nAccept: text/event-stream\r\n\r\n"));
        using var other = await server.FollowAsync(id);
        var count = 0L;
        SseFrame? frame;
        while ((frame = await other.NextAsync()) is { Event: null }) count += frame.Data is null ? 0 : 1;
        Assert.Equal("end", frame?.Event);
        Assert.Equal(count, frame!.Json.GetProperty("last").GetInt64());

        await log.Of(2003);
        var tail = await ReadTailAsync(slow);
        Assert.Contains("event: lagging", tail, StringComparison.Ordinal);
        Assert.DoesNotContain("event: end", tail, StringComparison.Ordinal);
        Assert.Equal(24_000_000, (await server.GetAsync($"/api/executions/{id}/output/print")).Text.Length);
    }

    [Fact]
    public async Task Page_of_events_goes_on_from_its_cursor_when_it_has_a_limit()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        var seen = new List<long>();
        var complete = false;
        while (!complete)
        {
            var page = (await server.GetAsync($"/api/executions/{id}/events?limit=2&after={seen.LastOrDefault()}")).Json;
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()));
            Assert.Equal(seen[^1], page.GetProperty("last").GetInt64());
            complete = page.GetProperty("complete").GetBoolean();
        }

        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen);
        Assert.Equal((await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64(), seen[^1]);
    }

    [Fact]
    public async Task Page_of_events_waits_for_the_next_event_when_asked_to()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        var last = (await server.GetAsync($"/api/executions/{id}/events?types=none")).Json.GetProperty("last").GetInt64();
        var waiting = server.GetAsync($"/api/executions/{id}/events?after={last}&wait=30");
        Assert.False(waiting.IsCompleted);
        var emitted = await server.PostAsync("/api/events", """{"type":"go","data":{"n":1}}""");
        Assert.Equal(1, emitted.Json.GetProperty("delivered").GetInt32());
        Assert.Equal(id, emitted.Json.GetProperty("executions")[0].GetGuid());
        var page = (await waiting).Json;
        Assert.Equal(last + 1, page.GetProperty("events")[0].GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task Page_of_events_is_empty_when_nothing_came_in_time()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        var page = (await server.GetAsync($"/api/executions/{id}/events?types=execution.completed&wait=1")).Json;
        Assert.Equal(0, page.GetProperty("events").GetArrayLength());
        Assert.False(page.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Ndjson_gives_the_stored_bytes_when_it_is_read_or_followed()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunAsync("printer");
        using var response = await server.OpenAsync($"/api/executions/{id}/events?follow=true", "application/x-ndjson");
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        var followed = await response.Content.ReadAsByteArrayAsync();
        var stored = await server.Engine.Store.ReadAsync(id, 0, BlockFilter.All, int.MaxValue);
        Assert.Equal(stored.Blocks.SelectMany(b => b.Bytes.ToArray()), followed);
        Assert.Equal(Encoding.UTF8.GetString(followed), (await server.GetAsync($"/api/executions/{id}/events", ("Accept", "application/x-ndjson"))).Text);
        var rest = (await server.GetAsync($"/api/executions/{id}/events?after=3", ("Accept", "application/x-ndjson"))).Text;
        Assert.StartsWith("{\"seq\":4,", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("after=-1", null, "invalid_cursor")]
    [InlineData("after=x", null, "invalid_cursor")]
    [InlineData("after=99999999999999999999", null, "invalid_cursor")]
    [InlineData("after=0", "next", "invalid_cursor")]
    [InlineData("after=100000", null, "cursor_beyond_end")]
    [InlineData("limit=0", null, "invalid_query")]
    [InlineData("limit=10001", null, "invalid_query")]
    [InlineData("wait=31", null, "invalid_query")]
    [InlineData("wait=1.5", null, "invalid_query")]
    [InlineData("follow=yes", null, "invalid_query")]
    public async Task Read_is_refused_when_the_query_is_bad(string query, string? lastEventId, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        foreach (var accept in (string[])["application/json", "text/event-stream", "application/x-ndjson"])
        {
            (string, string)[] headers = lastEventId is null ? [("Accept", accept)] : [("Accept", accept), ("Last-Event-ID", lastEventId)];
            (await server.GetAsync($"/api/executions/{id}/events?{query}", headers)).AssertProblem(HttpStatusCode.BadRequest, code);
        }
    }

    [Fact]
    public async Task Read_answers_404_or_406_when_there_is_nothing_to_give()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        (await server.GetAsync("/api/executions/0197a0c2-0000-7000-8000-000000000000/events")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        (await server.GetAsync("/api/executions/nonsense/events", ("Accept", "text/event-stream"))).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        var id = await server.RunToEndAsync("printer");
        (await server.GetAsync($"/api/executions/{id}/events", ("Accept", "image/png"))).AssertProblem(HttpStatusCode.NotAcceptable, "not_acceptable");
    }

    private static async Task<string> ReadTailAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        var tail = "";
        var buffer = new byte[1 << 20];
        while (!tail.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, limit.Token);
            if (count == 0) break;
            tail = (tail + Encoding.UTF8.GetString(buffer, 0, count))[^Math.Min(tail.Length + count, 500)..];
        }

        return tail;
    }
}
