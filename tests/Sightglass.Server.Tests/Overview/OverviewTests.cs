using System.Buffers;
using System.Net;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Server.Tests.Overview;

public sealed class OverviewTests
{
    private static readonly DateTimeOffset Now = new ManualTime().GetUtcNow();

    [Fact]
    public async Task Overview_is_empty_when_nothing_has_run()
    {
        await using var server = await ServerHarness.StartAsync();
        var overview = (await server.GetAsync("/api/overview")).Json;
        Assert.Equal(0, overview.GetProperty("running").GetProperty("count").GetInt32());
        Assert.Empty(overview.GetProperty("failed").GetProperty("executions").EnumerateArray());
        var day = overview.GetProperty("lastDay");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (day.GetProperty("successRate").ValueKind, day.GetProperty("durations").ValueKind));
    }

    [Fact]
    public async Task Overview_counts_the_last_day_and_shows_what_runs_and_what_failed_last()
    {
        await using var store = new InMemoryEventStore();
        for (var i = 1; i <= 20; i++) await AddAsync(store, Now.AddMinutes(-i), ExecutionStatus.Completed, i * 1000);
        for (var i = 1; i <= 5; i++) await AddAsync(store, Now.AddHours(-i), ExecutionStatus.Failed, 100);
        await AddAsync(store, Now.AddHours(-1), ExecutionStatus.Cancelled, 100);
        for (var i = 1; i <= 12; i++) await AddAsync(store, Now.AddDays(-i).AddSeconds(-1), ExecutionStatus.Failed, 100);
        await AddAsync(store, Now.AddDays(-2), ExecutionStatus.Completed, 1_000_000);
        var old = await AddAsync(store, Now.AddDays(-2), ExecutionStatus.Running, null);
        await AddAsync(store, Now, ExecutionStatus.Paused, null);
        await AddAsync(store, Now, ExecutionStatus.Completed, 1_000_000, "acme");
        await AddAsync(store, Now, ExecutionStatus.Completed, 1_000_000, parent: old);
        await using var server = await ServerHarness.StartAsync(o => o with { Time = new ManualTime() }, store);
        var overview = (await server.GetAsync("/api/overview")).Json;

        Assert.Equal((1, 0, 1), (overview.GetProperty("running").GetProperty("count").GetInt32(), overview.GetProperty("queued").GetInt32(), overview.GetProperty("paused").GetInt32()));
        Assert.Equal(old, Assert.Single(overview.GetProperty("running").GetProperty("executions").EnumerateArray()).GetProperty("id").GetGuid());
        var failed = overview.GetProperty("failed").GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("startTime").GetInt64()).ToList();
        Assert.Equal(10, failed.Count);
        Assert.Equal((Now.AddHours(-1).ToUnixTimeMilliseconds(), Now.AddDays(-5).AddSeconds(-1).ToUnixTimeMilliseconds()), (failed[0], failed[^1]));
        var day = overview.GetProperty("lastDay");
        Assert.Equal((20, 5, 1), (day.GetProperty("completed").GetInt32(), day.GetProperty("failed").GetInt32(), day.GetProperty("cancelled").GetInt32()));
        Assert.Equal((0.8, false), (day.GetProperty("successRate").GetDouble(), day.GetProperty("isBound").GetBoolean()));
        var durations = day.GetProperty("durations");
        Assert.Equal((20, 10_000, 19_000), (durations.GetProperty("of").GetInt32(), durations.GetProperty("p50").GetDouble(), durations.GetProperty("p95").GetDouble()));
    }

    [Fact]
    public async Task Pipelines_have_their_newest_results_when_they_are_asked_for()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer, Some.Fails);
        Assert.False((await server.GetAsync("/api/pipelines")).Json[0].TryGetProperty("recent", out _));
        Assert.Equal(HttpStatusCode.BadRequest, (await server.GetAsync("/api/pipelines?recent=21")).Status);
        Assert.Equal((0, JsonValueKind.Null), await RecentAsync());
        var first = await server.RunToEndAsync("printer");
        var second = await server.RunToEndAsync("printer");
        await server.RunToEndAsync("fails");

        var listed = (await server.GetAsync("/api/pipelines?recent=20")).Json.EnumerateArray().ToDictionary(p => p.GetProperty("id").GetString()!);
        var recent = listed["printer"].GetProperty("recent").EnumerateArray().ToList();
        Assert.Equal([second, first], recent.Select(r => r.GetProperty("id").GetGuid()));
        Assert.All(recent, r => Assert.Equal("completed", r.GetProperty("status").GetString()));
        var took = recent.Select(r => r.GetProperty("duration").GetDouble()).ToList();
        Assert.Equal(took.Min(), listed["printer"].GetProperty("typicalDuration").GetDouble());
        Assert.Equal("failed", Assert.Single(listed["fails"].GetProperty("recent").EnumerateArray()).GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, listed["fails"].GetProperty("typicalDuration").ValueKind);

        // Only as many as were asked for, and none that was deleted since.
        Assert.Equal(second, Assert.Single((await server.GetAsync("/api/pipelines/printer?recent=1")).Json.GetProperty("recent").EnumerateArray()).GetProperty("id").GetGuid());
        await server.DeleteAsync($"/api/executions/{second}");
        Assert.Equal((1, JsonValueKind.Number), await RecentAsync());

        async Task<(int Count, JsonValueKind Typical)> RecentAsync()
        {
            var pipeline = (await server.GetAsync("/api/pipelines/printer?recent=20")).Json;
            return (pipeline.GetProperty("recent").GetArrayLength(), pipeline.GetProperty("typicalDuration").ValueKind);
        }
    }

    [Fact]
    public async Task Results_leave_out_an_execution_when_it_was_opened_again()
    {
        await using var server = await ServerHarness.StartAsync(Reopens);
        var again = new TaskCompletionSource();
        var attempts = 0;
        server.Code.Register("fails-once", async _ =>
        {
            if (attempts++ == 0) throw new InvalidOperationException("once");
            await again.Task;
        });
        var id = await server.RunToEndAsync("reopens");
        Assert.Equal(1, await CountAsync());
        await server.PostAsync($"/api/executions/{id}/retry");
        Assert.Equal(0, await CountAsync());
        again.SetResult();
        await server.Engine.WaitForEndAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal(1, await CountAsync());

        async Task<int> CountAsync() => (await server.GetAsync("/api/pipelines/reopens?recent=5")).Json.GetProperty("recent").GetArrayLength();
    }

    private const string Reopens = """
        id: reopens
        stages:
          - id: once
            type: code
            code: { name: fails-once }
        """;

    private static async Task<Guid> AddAsync(InMemoryEventStore store, DateTimeOffset created, ExecutionStatus status, double? duration, string organization = "default", Guid? parent = null)
    {
        var summary = new ExecutionSummary
        {
            Id = Guid.CreateVersion7(created),
            PipelineId = "p",
            PipelineName = "P",
            Organization = organization,
            ParentId = parent,
            Status = status,
            CreatedAt = created,
            EndedAt = duration is { } took ? created.AddMilliseconds(took) : null,
        };
        var line = new ArrayBufferWriter<byte>();
        EventJson.WriteLine(line, new ExecutionEvent(1, created, summary.Id, null, 0, 0, new ExecutionCreated { PipelineId = "p", Name = "P", Organization = organization }));
        var outcome = await store.AppendAsync(new Append { ExecutionId = summary.Id, Epoch = 1, ExpectedLast = 0, Blocks = [new AppendBlock(BlockKind.Decision, 1, 1, line.WrittenMemory)], Summary = summary }, TestContext.Current.CancellationToken);
        Assert.Equal(AppendStatus.Appended, outcome.Status);
        return summary.Id;
    }
}
