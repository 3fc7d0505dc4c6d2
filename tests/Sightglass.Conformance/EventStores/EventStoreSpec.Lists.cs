using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <content>Summaries and lists.</content>
public abstract partial class EventStoreSpec
{
    [Fact]
    public async Task Summary_reads_back_whole_when_every_field_is_set()
    {
        await using var store = Create();
        var log = new SomeLog();
        log.Summary = log.Summary with
        {
            PipelineName = "Größe \"quoted\"\n",
            Organization = "acme",
            ExternalId = "job-7",
            ParentId = SomeLog.NewId(),
            EndedAt = SomeLog.Epoch.AddSeconds(3),
            NextDue = SomeLog.Epoch.AddDays(1),
            CurrentStage = 4,
            CurrentStageId = "deploy",
            CurrentStageName = "Deploy \"all\"",
            WaitingFor = "approval",
            WaitingStageKey = "deploy[3]",
            Turn = 3,
            WaitingStageName = "Größe \"quoted\"",
            Tokens = new TokenUsage(12, 3_000_000_000),
            Stages = new StageCounts(9, 1, 2, 3, 2, 1),
            InputPreview = "{\"a\":1}",
            Cost = 1234.000000567m,
            Error = "exit code 3",
            Labels = new Dictionary<string, string> { ["team"] = "core", ["tier"] = "" },
        };
        await store.AppendAsync(log.Next(), Cancellation);

        await AssertSummaryAsync(store, log);
        log.Summary = log.Summary with
        {
            PipelineName = "Renamed",
            ExternalId = null,
            EndedAt = null,
            NextDue = null,
            Status = ExecutionStatus.Running,
            Error = null,
            WaitingFor = null,
            WaitingStageKey = null,
            WaitingStageName = null,
            Labels = new Dictionary<string, string>(),
        };
        await store.AppendAsync(log.Next(log.Summary), Cancellation);
        await AssertSummaryAsync(store, log);
    }

    [Theory]
    [InlineData("a,c", null, null, 4)]
    [InlineData("a,c", "completed", null, 2)]
    [InlineData("a,c", "queued", null, 2)]
    [InlineData("a", null, null, 2)]
    [InlineData("a,c", null, "deploy", 4)]
    [InlineData("a,c", "completed", "deploy", 2)]
    [InlineData("x", null, null, 0)]
    [InlineData("", null, null, 0)]
    [InlineData("", "completed", "deploy", 0)]
    public async Task List_holds_the_pipelines_it_is_bound_to_alone(string pipelines, string? status, string? text, int count)
    {
        await using var store = Create();
        foreach (var pipeline in (string[])["a", "b", "c"])
        {
            foreach (var at in (ExecutionStatus[])[ExecutionStatus.Queued, ExecutionStatus.Completed])
            {
                var log = new SomeLog();
                log.Summary = log.Summary with { PipelineId = pipeline, Status = at, EndedAt = at == ExecutionStatus.Completed ? SomeLog.Epoch.AddSeconds(1) : null };
                await store.AppendAsync(log.Next(), Cancellation);
            }
        }

        var query = new ExecutionQuery
        {
            Organization = "default",
            PipelineIds = pipelines.Split(',', StringSplitOptions.RemoveEmptyEntries),
            Statuses = status is null ? [] : [status == "queued" ? ExecutionStatus.Queued : ExecutionStatus.Completed],
            Text = text,
            CountUpTo = 100,
        };
        var page = await store.ListAsync(query, Cancellation);
        Assert.Equal((count, count), (page.Items.Count, (int)page.Total!));
        Assert.All(page.Items, i => Assert.Contains(i.Summary.PipelineId, query.PipelineIds));
        Assert.Equal(count, (await store.ListAsync(query with { Organization = text is null ? null : "default", EndedSince = SomeLog.Epoch }, Cancellation)).Items.Count);
    }

    [Fact]
    public async Task Summary_keeps_what_it_was_created_with_when_a_later_one_differs()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        var created = log.Summary;
        await store.AppendAsync(
            log.Next(created with { PipelineId = "x", Organization = "x", ParentId = log.Id, CreatedAt = SomeLog.Epoch.AddDays(1), Status = ExecutionStatus.Paused }),
            Cancellation);

        log.Summary = created with { Status = ExecutionStatus.Paused };
        await AssertSummaryAsync(store, log);
    }

    [Fact]
    public async Task Summary_stays_when_an_append_carries_none()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Running, CurrentStage = 2 }), Cancellation);
        await store.AppendAsync(log.Next(BlockKind.Report, 5), Cancellation);

        await AssertSummaryAsync(store, log);
    }

    [Fact]
    public async Task List_is_newest_first_and_last_created_first_when_moments_are_equal()
    {
        await using var store = Create();
        var seconds = new[] { 5, 1, 5, 9, 5 };
        var ids = new List<Guid>();
        foreach (var second in seconds) ids.Add(await AddAsync(store, summary => summary with { CreatedAt = SomeLog.Epoch.AddSeconds(second) }));

        Assert.Equal([ids[3], ids[4], ids[2], ids[0], ids[1]], await IdsAsync(store, new ExecutionQuery()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    public async Task List_pages_give_each_execution_once_when_followed_to_the_end(int limit)
    {
        await using var store = Create();
        var ids = new List<Guid>();
        for (var i = 0; i < 25; i++)
        {
            var (second, status) = (i / 4, (ExecutionStatus)(i % 6));
            ids.Add(await AddAsync(store, summary => summary with { CreatedAt = SomeLog.Epoch.AddSeconds(second), Status = status }));
        }

        ids.Reverse();
        var found = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await store.ListAsync(new ExecutionQuery { Limit = limit, Cursor = cursor }, Cancellation);
            Assert.InRange(page.Items.Count, 1, limit);
            found.AddRange(page.Items.Select(item => item.Summary.Id));
            cursor = page.Next;

            // A new execution comes before the first page: it must not move the others.
            await AddAsync(store, summary => summary with { CreatedAt = SomeLog.Epoch.AddDays(1) });
        }
        while (cursor is not null);

        Assert.Equal(ids, found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task List_gives_what_was_created_in_a_range_page_by_page(int limit)
    {
        await using var store = Create();
        var created = new List<(int Second, Guid Id)>();
        for (var i = 0; i < 24; i++)
        {
            var (second, status) = (i / 3, (ExecutionStatus)(i % 6));
            created.Add((second, await AddAsync(store, summary => summary with { CreatedAt = SomeLog.Epoch.AddSeconds(second), Status = status, ExternalId = "same" })));
        }

        created.Reverse();
        foreach (var (from, before) in new (int?, int?)[] { (2, 5), (2, null), (null, 5), (2, 3), (0, 8), (3, 3), (5, 2), (8, 20) })
        {
            var range = new ExecutionQuery { CreatedFrom = At(from), CreatedBefore = At(before), Limit = limit };
            var expected = created.Where(c => c.Second >= (from ?? 0) && c.Second < (before ?? 100)).Select(c => c.Id).ToList();
            Assert.Equal(expected, await AllAsync(range));
            Assert.Equal(expected, await AllAsync(range with { PipelineId = (await SummaryOf(created[0].Id)).PipelineId, ExternalId = "same" }));
            var failed = new List<Guid>();
            foreach (var id in expected) if ((await SummaryOf(id)).Status == ExecutionStatus.Failed) failed.Add(id);
            Assert.Equal(failed, await AllAsync(range with { Statuses = [ExecutionStatus.Failed] }));
        }

        DateTimeOffset? At(int? second) => second is { } s ? SomeLog.Epoch.AddSeconds(s) : null;

        async Task<ExecutionSummary> SummaryOf(Guid id) => Assert.Single((await store.ListAsync(new ExecutionQuery { Id = id }, Cancellation)).Items).Summary;

        async Task<List<Guid>> AllAsync(ExecutionQuery query)
        {
            var found = new List<Guid>();
            do
            {
                var page = await store.ListAsync(query, Cancellation);
                found.AddRange(page.Items.Select(item => item.Summary.Id));
                query = query with { Cursor = page.Next };
            }
            while (query.Cursor is not null);
            return found;
        }
    }

    [Fact]
    public async Task List_filters_by_each_criterion_and_by_all_together()
    {
        await using var store = Create();
        var parent = await AddAsync(store, summary => summary with { Status = ExecutionStatus.Running, Organization = "acme" });
        var child = await AddAsync(store, summary => summary with { ParentId = parent, ExternalId = "ext-child", Organization = "acme" });
        var due = await AddAsync(store, summary => summary with { NextDue = SomeLog.Epoch.AddMinutes(5), Status = ExecutionStatus.Paused });
        var old = await AddAsync(store, summary => summary with { Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch.AddHours(1), PipelineId = "build" });
        var recent = await AddAsync(store, summary => summary with { Status = ExecutionStatus.Failed, EndedAt = SomeLog.Epoch.AddHours(3), ExternalId = "ext-7" });
        var everything = new ExecutionQuery { IncludeChildren = true };

        Assert.Equal([recent, old, due, parent], await IdsAsync(store, new ExecutionQuery()));
        Assert.Equal([recent, old, due, child, parent], await IdsAsync(store, everything));
        Assert.Equal([child], await IdsAsync(store, new ExecutionQuery { Id = child }));
        Assert.Equal([], await IdsAsync(store, new ExecutionQuery { Id = child, Organization = "other" }));
        Assert.Equal([], await IdsAsync(store, new ExecutionQuery { Id = SomeLog.NewId() }));
        Assert.Equal([recent], await IdsAsync(store, new ExecutionQuery { ExternalId = "ext-7" }));
        Assert.Equal([child], await IdsAsync(store, new ExecutionQuery { ExternalId = "ext-child" }));
        Assert.Equal([], await IdsAsync(store, new ExecutionQuery { ExternalId = "ext-7", Id = child }));
        Assert.Equal([recent, parent], await IdsAsync(store, everything with { Statuses = [ExecutionStatus.Running, ExecutionStatus.Failed] }));
        Assert.Equal([recent, due, child, parent], await IdsAsync(store, everything with { EndedSince = SomeLog.Epoch.AddHours(3) }));
        Assert.Equal([recent], await IdsAsync(store, new ExecutionQuery { Statuses = [ExecutionStatus.Failed, ExecutionStatus.Completed], EndedSince = SomeLog.Epoch.AddHours(2) }));
        Assert.Equal([due], await IdsAsync(store, new ExecutionQuery { DueBefore = SomeLog.Epoch.AddMinutes(5) }));
        Assert.Equal([], await IdsAsync(store, new ExecutionQuery { DueBefore = SomeLog.Epoch.AddMinutes(4) }));
        Assert.Equal([old], await IdsAsync(store, new ExecutionQuery { PipelineId = "build" }));
        Assert.Equal([child, parent], await IdsAsync(store, everything with { Organization = "acme" }));
        Assert.Equal([parent], await IdsAsync(store, new ExecutionQuery { Organization = "acme", Statuses = [ExecutionStatus.Running], PipelineId = "deploy" }));
        Assert.Equal(
            [child],
            await IdsAsync(store, everything with
            {
                Id = child,
                ExternalId = "ext-child",
                Organization = "acme",
                PipelineId = "deploy",
                Statuses = [ExecutionStatus.Queued],
                EndedSince = SomeLog.Epoch,
            }));
        Assert.Equal([due], await IdsAsync(store, everything with { DueBefore = SomeLog.Epoch.AddDays(1), EndedSince = SomeLog.Epoch, Statuses = [ExecutionStatus.Paused] }));
    }

    [Fact]
    public async Task List_throws_when_the_cursor_or_the_limit_is_wrong()
    {
        await using var store = Create();
        foreach (var cursor in new[] { "", "x", "1_", "_1", "1_2_3", "'; DROP TABLE executions" })
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.ListAsync(new ExecutionQuery { Cursor = cursor }, Cancellation));
        foreach (var limit in new[] { 0, -1, 1001 })
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.ListAsync(new ExecutionQuery { Limit = limit }, Cancellation));
    }

    private static async Task<Guid> AddAsync(IEventStore store, Func<ExecutionSummary, ExecutionSummary> change)
    {
        var log = new SomeLog();
        log.Summary = change(log.Summary);
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
        return log.Id;
    }

    private static async Task<List<Guid>> IdsAsync(IEventStore store, ExecutionQuery query)
    {
        var page = await store.ListAsync(query, Cancellation);
        Assert.Null(page.Next);
        return [.. page.Items.Select(item => item.Summary.Id)];
    }

    private static async Task AssertSummaryAsync(IEventStore store, SomeLog log)
    {
        var item = Assert.Single((await store.ListAsync(new ExecutionQuery { Id = log.Id }, Cancellation)).Items);
        Assert.Equal(log.Last, item.LastSeq);
        Assert.Equal(log.Summary.Labels, item.Summary.Labels);
        Assert.Equal(log.Summary, item.Summary with { Labels = log.Summary.Labels });
    }
}
