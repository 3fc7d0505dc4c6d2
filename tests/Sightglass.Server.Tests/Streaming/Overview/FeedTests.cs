using System.Net;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Streaming.Overview;

public sealed class FeedTests
{
    private const string Asks = """
        id: asks
        stages:
          - { id: first, name: The "first", type: data, triggers: { all: [ { approval: {} } ] }, data: { value: "1" } }
          - { id: second, type: data, triggers: { all: [ { approval: {} } ] }, data: { value: "2" } }
        """;

    [Fact]
    public async Task Feed_tells_how_an_execution_stands_when_it_starts_goes_on_and_ends()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var feed = await OpenAsync(server);
        Assert.Null((await feed.NextAsync())!.Data);
        var id = await server.RunAsync("waits");
        var frame = await NextOfAsync(feed, id, "running");
        while (frame.Json.GetProperty("progress").GetProperty("completed").GetInt32() < 1) frame = await NextOfAsync(feed, id, "running");
        Assert.Equal(("waits", 1, 2), (frame.Json.GetProperty("pipelineId").GetString(), frame.Json.GetProperty("currentStage").GetInt32(), frame.Json.GetProperty("totalStages").GetInt32()));
        await server.PostAsync("/api/events", """{"type":"go"}""");
        var ended = await NextOfAsync(feed, id, "completed");
        Assert.Equal(2, ended.Json.GetProperty("progress").GetProperty("completed").GetInt32());
        Assert.True(ended.Json.TryGetProperty("endTime", out _));
        Assert.Equal((await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64(), ended.Json.GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task Feed_goes_on_where_a_viewer_left_when_it_comes_back_soon()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var other = await OpenAsync(server);
        using var feed = await OpenAsync(server);
        var first = await server.RunAsync("waits");
        var seen = await NextOfAsync(feed, first, "running");
        feed.Dispose();
        var second = await server.RunAsync("waits");
        await NextOfAsync(other, second, "running");
        using var again = await OpenAsync(server, seen.Id);
        var next = await NextOfAsync(again, second, "running");
        Assert.NotEqual("reset", next.Event);
    }

    [Theory]
    [InlineData("1-1")]
    [InlineData("nonsense")]
    [InlineData("-")]
    [InlineData("99999999999999999999-99999999999999999999")]
    public async Task Feed_says_that_something_may_be_missing_when_it_does_not_know_the_id(string id)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var feed = await OpenAsync(server, id);
        Assert.Equal("reset", (await feed.NextAsync())!.Event);
        var execution = await server.RunAsync("waits");
        await NextOfAsync(feed, execution, "running");
    }

    [Fact]
    public async Task Feed_says_that_something_is_missing_when_more_changes_at_once_than_it_keeps()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, SlowViewer = TimeSpan.FromDays(1) }, pipelines: Some.Waits);
        using var feed = await OpenAsync(server);
        Assert.Null((await feed.NextAsync())!.Data);

        // The clock stands still, so nothing is passed on meanwhile.
        for (var i = 0; i < 4200; i++) await server.Engine.StartAsync(new Core.Scheduling.StartRequest { Definition = Definition, Input = null });
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("reset", (await feed.NextAsync())!.Event);
    }

    [Fact]
    public async Task Feed_tells_all_that_lists_show_of_an_execution()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var feed = await OpenAsync(server);
        await feed.NextAsync();
        var id = await server.RunAsync("waits", """{"input":"Ada","labels":{"team":"docs"}}""");
        var frame = await NextOfAsync(feed, id, "running");
        while (frame.Json.GetProperty("progress").GetProperty("completed").GetInt32() < 1) frame = await NextOfAsync(feed, id, "running");
        var listed = (await server.GetAsync("/api/executions")).Json.GetProperty("executions")[0];
        foreach (var member in listed.EnumerateObject()) Assert.True(JsonElement.DeepEquals(member.Value, frame.Json.GetProperty(member.Name)), member.Name);
        Assert.Equal(("first", "first", "Ada"), (frame.Json.GetProperty("currentStageId").GetString(), frame.Json.GetProperty("currentStageName").GetString(), frame.Json.GetProperty("inputPreview").GetString()));
    }

    [Fact]
    public async Task Feed_and_lists_say_which_stage_waits_for_a_person_until_it_has_an_answer()
    {
        await using var server = await ServerHarness.StartAsync(Asks);
        using var feed = await OpenAsync(server);
        await feed.NextAsync();
        var id = await server.RunAsync("asks");
        var frame = await NextWaitingAsync(feed, id, "first");
        var listed = (await server.GetAsync("/api/executions")).Json.GetProperty("executions")[0];
        Assert.Equal(("approval", "first", "The \"first\""), WaitOf(listed));
        Assert.Equal(WaitOf(listed), WaitOf(frame.Json));
        await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"first"}""");
        await NextWaitingAsync(feed, id, "second");
        await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"second"}""");
        await NextWaitingAsync(feed, id, null);
        await server.EndAsync(id);
        Assert.False((await server.GetAsync("/api/executions/history")).Json.GetProperty("executions")[0].TryGetProperty("waitingFor", out _));
    }

    [Fact]
    public async Task Feed_says_at_which_breakpoint_an_execution_stands()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        using var feed = await OpenAsync(server);
        await feed.NextAsync();
        var id = await server.RunAsync("printer", """{"breakpoints":["after"]}""");
        var frame = await NextWaitingAsync(feed, id, "after");
        Assert.Equal(("paused", "breakpoint"), (frame.Json.GetProperty("status").GetString(), frame.Json.GetProperty("waitingFor").GetString()));
        await server.PostAsync($"/api/executions/{id}/resume", "{}");
        await NextWaitingAsync(feed, id, null);
    }

    [Fact]
    public async Task Execution_that_is_cancelled_waits_for_nobody()
    {
        await using var server = await ServerHarness.StartAsync(Asks);
        using var feed = await OpenAsync(server);
        await feed.NextAsync();
        var id = await server.RunAsync("asks");
        await NextWaitingAsync(feed, id, "first");
        await server.PostAsync($"/api/executions/{id}/cancel", "{}");
        Assert.False((await NextOfAsync(feed, id, "cancelled")).Json.TryGetProperty("waitingFor", out _));
    }

    [Fact]
    public async Task Feed_tells_that_an_execution_was_deleted()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        using var feed = await OpenAsync(server);
        await feed.NextAsync();
        await server.DeleteAsync($"/api/executions/{id}");
        var frame = await feed.NextAsync();
        Assert.Equal(("deleted", id, "printer"), (frame!.Event, frame.Json.GetProperty("id").GetGuid(), frame.Json.GetProperty("pipelineId").GetString()));
    }

    [Fact]
    public async Task Feed_says_that_something_is_missing_when_changes_are_larger_than_what_it_keeps()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, SlowViewer = TimeSpan.FromDays(1) }, pipelines: Some.Waits);
        using var feed = await OpenAsync(server);
        Assert.Null((await feed.NextAsync())!.Data);

        // Each of them is some 13 KB, and all are told at once.
        var labels = Enumerable.Range(0, 32).ToDictionary(i => $"{i:D200}", i => new string('x', 200));
        for (var i = 0; i < 1000; i++) await server.Engine.StartAsync(new Core.Scheduling.StartRequest { Definition = Definition, Labels = labels });
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("reset", (await feed.NextAsync())!.Event);
    }

    [Fact]
    public async Task Feed_is_refused_and_sent_away_like_other_streams()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var feed = await OpenAsync(server);
        await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":false}""");
        Assert.NotNull((await feed.ReadAllAsync())[^1].Retry);
        (await server.GetAsync("/api/feed")).AssertProblem(HttpStatusCode.ServiceUnavailable, "streaming_disabled");
        await server.PutAsync("/api/config/flags", """{"ENABLE_EXECUTION_STREAMING":true}""");
        using var again = await OpenAsync(server);
        await again.NextAsync();
        await server.StopServerAsync();
        Assert.NotNull((await again.ReadAllAsync())[^1].Retry);
    }

    private static Core.Definitions.PipelineDefinition Definition { get; } =
        Core.Definitions.DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(Some.Waits), "waits.yaml").Definition!;

    private static async Task<SseReader> OpenAsync(ServerHarness server, string? lastEventId = null)
    {
        var response = await server.OpenAsync("/api/feed", "text/event-stream", lastEventId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new SseReader(response);
    }

    private static async Task<SseFrame> NextOfAsync(SseReader feed, Guid id, string status)
    {
        while (true)
        {
            var frame = await feed.NextAsync();
            Assert.NotNull(frame);
            if (frame.Data is not null && frame.Event is null && frame.Json.GetProperty("id").GetGuid() == id && frame.Json.GetProperty("status").GetString() == status) return frame;
        }
    }

    private static (string?, string?, string?) WaitOf(JsonElement row) =>
        (row.GetProperty("waitingFor").GetString(), row.GetProperty("waitingStage").GetString(), row.GetProperty("waitingStageName").GetString());

    private static async Task<SseFrame> NextWaitingAsync(SseReader feed, Guid id, string? stage)
    {
        while (true)
        {
            var frame = await feed.NextAsync();
            Assert.NotNull(frame);
            if (frame.Data is null || frame.Json.GetProperty("id").GetGuid() != id) continue;
            if ((frame.Json.TryGetProperty("waitingStage", out var key) ? key.GetString() : null) == stage) return frame;
        }
    }
}
