using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Conformance;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Retention;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Core.Tests.Retention;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset Now = SomeLog.Epoch;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Plan_leaves_out_pipelines_that_keep_everything() =>
        Assert.Empty(RetentionPlanner.Plan(new RetentionOptions(), ["a", "b"], Now));

    [Fact]
    public void Rule_of_a_pipeline_comes_from_the_override_then_its_file_then_the_default()
    {
        var options = new RetentionOptions
        {
            Default = new RetentionRule(TimeSpan.FromDays(30), 1000),
            OfPipeline = id => id == "filed" || id == "both" ? new RetentionRule(MaxCount: 5) : null,
            Overrides = new Dictionary<string, RetentionRule> { ["both"] = new(TimeSpan.FromDays(1)) },
        };

        Assert.Equal(new RetentionRule(TimeSpan.FromDays(30), 1000), options.For("other"));
        Assert.Equal(new RetentionRule(TimeSpan.FromDays(30), 5), options.For("filed"));
        Assert.Equal(new RetentionRule(TimeSpan.FromDays(1), 5), options.For("both"));
        Assert.Equal(
            [new EndedQuery { PipelineId = "both", EndedBefore = Now.AddDays(-1), BeyondNewest = 5 }],
            RetentionPlanner.Plan(options, ["both"], Now));
    }

    [Fact]
    public void Age_longer_than_the_calendar_keeps_everything() =>
        Assert.Equal(DateTimeOffset.MinValue, RetentionPlanner.Plan(new RetentionOptions { Default = new RetentionRule(TimeSpan.MaxValue) }, ["a"], Now)[0].EndedBefore);

    [Fact]
    public void Limits_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetentionOptions { Default = new RetentionRule(TimeSpan.Zero) }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetentionOptions { Default = new RetentionRule(MaxCount: -1) }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetentionOptions { Interval = TimeSpan.Zero }.Validate());
    }

    [Fact]
    public async Task Sweep_tells_the_feed_what_it_deletes()
    {
        await using var store = new InMemoryEventStore();
        var ended = new List<Guid>();
        for (var i = 0; i < 3; i++) ended.Add(await AddAsync(store, "a", i, ExecutionStatus.Completed));
        var feed = new EventFeed();
        var told = new List<Guid>();
        using var listening = feed.ListenErased(tombstone => told.Add(tombstone.Id));
        await using var sweep = new RetentionSweep(store, new RetentionOptions { Default = new RetentionRule(MaxCount: 1) }, TimeProvider.System, NullLogger.Instance, feed);
        await sweep.RunOnceAsync(Cancellation);
        Assert.Equal(ended[..2], told);
    }

    [Fact]
    public async Task Sweep_keeps_the_newest_of_each_pipeline_and_all_that_have_not_ended()
    {
        await using var store = new InMemoryEventStore();
        var ended = new List<Guid>();
        for (var i = 0; i < 250; i++) ended.Add(await AddAsync(store, "a", i, ExecutionStatus.Completed));
        var kept = await AddAsync(store, "b", 0, ExecutionStatus.Failed);
        var running = await AddAsync(store, "a", -100, ExecutionStatus.Running);
        await using var sweep = new RetentionSweep(
            store,
            new RetentionOptions { Overrides = new Dictionary<string, RetentionRule> { ["a"] = new(MaxCount: 10) } },
            TimeProvider.System,
            NullLogger.Instance);

        Assert.Equal(240, await sweep.RunOnceAsync(Cancellation));
        Assert.Equal(0, await sweep.RunOnceAsync(Cancellation));
        var left = (await store.ListAsync(new ExecutionQuery { Limit = 1000 }, Cancellation)).Items.Select(item => item.Summary.Id);
        Assert.Equal(ended[240..].Append(kept).Append(running).Order(), left.Order());
        Assert.Equal("retention", (await store.FindTombstoneAsync(ended[0], Cancellation))?.By);
    }

    [Fact]
    public async Task Sweep_forgets_tombstones_that_have_stood_long_enough_and_keeps_them_where_nothing_is_said()
    {
        await using var store = new InMemoryEventStore();
        var ids = new List<Guid>();
        for (var i = 0; i < 2500; i++)
        {
            ids.Add(await AddAsync(store, "a", i, ExecutionStatus.Completed));
            await store.EraseAsync(ids[i], new ErasureRequest(Now.AddDays(i < 2400 ? -40 : -20), "ada"), Cancellation);
        }

        await using var never = new RetentionSweep(store, new RetentionOptions(), new StoppedClock(Now), NullLogger.Instance);
        await never.RunOnceAsync(Cancellation);
        Assert.NotNull(await store.FindTombstoneAsync(ids[0], Cancellation));
        await using var sweep = new RetentionSweep(store, new RetentionOptions { Tombstones = TimeSpan.FromDays(30) }, new StoppedClock(Now), NullLogger.Instance);
        await sweep.RunOnceAsync(Cancellation);

        Assert.Null(await store.FindTombstoneAsync(ids[2399], Cancellation));
        Assert.NotNull(await store.FindTombstoneAsync(ids[2400], Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetentionOptions { Tombstones = TimeSpan.Zero }.Validate());
    }

    [Fact]
    public async Task Sweep_leaves_a_family_of_which_a_child_has_not_ended()
    {
        await using var store = new InMemoryEventStore();
        var parent = await AddAsync(store, "a", 0, ExecutionStatus.Cancelled);
        await AddAsync(store, "a", 1, ExecutionStatus.Running, parent);
        await using var sweep = new RetentionSweep(store, new RetentionOptions { Default = new RetentionRule(MaxCount: 0) }, TimeProvider.System, NullLogger.Instance);

        Assert.Equal(0, await sweep.RunOnceAsync(Cancellation));
        Assert.Null(await store.FindTombstoneAsync(parent, Cancellation));
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static async Task<Guid> AddAsync(InMemoryEventStore store, string pipeline, int minute, ExecutionStatus status, Guid? parent = null)
    {
        var log = new SomeLog(Now.AddMinutes(minute));
        log.Summary = log.Summary with { PipelineId = pipeline, ParentId = parent };
        await store.AppendAsync(log.Next(), Cancellation);
        var ended = status.IsTerminal() ? log.Summary.CreatedAt.AddSeconds(1) : (DateTimeOffset?)null;
        await store.AppendAsync(log.Next(log.Summary with { Status = status, EndedAt = ended }), Cancellation);
        return log.Id;
    }
}
