using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <content>Words, labels, pages by number, totals.</content>
public abstract partial class EventStoreSpec
{
    private static readonly ExecutionQuery Default = new() { Organization = "default" };

    [Theory]
    [InlineData("nightly", true)]
    [InlineData("NIGHTLY build", true)]
    [InlineData("  build,nightly! ", true)]
    [InlineData("deploy-all", true)]
    [InlineData("strasse grosse Größe", true)]
    [InlineData("gro\u0308sse", true)]
    [InlineData("team", true)]
    [InlineData("core", true)]
    [InlineData("job 77", true)]
    [InlineData("東京", true)]
    [InlineData("line break", true)]
    [InlineData("nightly night", false)]
    [InlineData("night", false)]
    [InlineData("timeout", false)]
    public async Task Text_finds_words_of_names_input_and_labels(string text, bool found)
    {
        await using var store = Create();
        var json = new TextExcerpt("{\"a\":\"GROSSE Größe in der Strasse, 東京\",\"b\":\"line\\nbreak\"}", ExcerptKind.Json, IsCut: false);
        var id = await AddAsync(store, summary => summary with
        {
            PipelineName = "Nightly Build",
            PipelineId = "deploy-all",
            ExternalId = "job/77",
            Labels = new Dictionary<string, string> { ["team"] = "Core" },
            Input = json,
        });
        await AddAsync(store, summary => summary with { PipelineName = "other" });

        Assert.Equal(found ? [id] : [], await IdsAsync(store, Default with { Text = text }));
    }

    [Fact]
    public async Task Text_finds_words_of_an_error_once_it_ended_and_no_more_when_it_goes_on()
    {
        await using var store = Create();
        var log = new SomeLog();
        log.Summary = log.Summary with { Input = new TextExcerpt("check the harbour", ExcerptKind.Text, false) };
        await store.AppendAsync(log.Next(), Cancellation);
        Assert.Empty(await IdsAsync(store, Default with { Text = "connection refused" }));

        for (var turn = 0; turn < 2; turn++)
        {
            await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Failed, EndedAt = SomeLog.Epoch, Error = "Connection refused (111)" }), Cancellation);
            await SettleAsync(store);
            Assert.Equal([log.Id], await IdsAsync(store, Default with { Text = "harbour refused 111" }));
            Assert.Equal([log.Id], await IdsAsync(store, Default with { Text = "refused", Statuses = [ExecutionStatus.Failed] }));

            await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Running, EndedAt = null, Error = null }), Cancellation);
            Assert.Empty(await IdsAsync(store, Default with { Text = "refused" }));
            Assert.Empty(await IdsAsync(store, Default with { Text = "harbour", Statuses = [ExecutionStatus.Failed] }));
            Assert.Equal([log.Id], await IdsAsync(store, Default with { Text = "harbour", Statuses = [ExecutionStatus.Running] }));
        }

        await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch }), Cancellation);
        await SettleAsync(store);
        Assert.Empty(await IdsAsync(store, Default with { Text = "refused" }));
        Assert.Equal([log.Id], await IdsAsync(store, Default with { Text = "harbour", Statuses = [ExecutionStatus.Completed] }));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("nightly\"")]
    [InlineData("nightly OR other")]
    [InlineData("nightly NOT x")]
    [InlineData("NEAR(nightly build, 2)")]
    [InlineData("night*")]
    [InlineData("tokens : nightly")]
    [InlineData("^nightly")]
    [InlineData("{nightly} : x")]
    [InlineData("nightly' OR 1=1 --")]
    [InlineData("(")]
    [InlineData("nightly\0or")]
    [InlineData("\ud800 lone \udc00")]
    [InlineData("* ? % _")]
    [InlineData("")]
    public async Task Text_is_text_whatever_it_holds(string text)
    {
        await using var store = Create();
        await AddAsync(store, summary => summary with { PipelineName = "other" });
        for (var i = 0; i < 2; i++)
        {
            await AddAsync(store, summary => summary with { Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch });
            await SettleAsync(store);
        }

        Assert.Empty(await IdsAsync(store, Default with { Text = text }));
        var hostile = await AddAsync(store, summary => summary with { PipelineName = text + " harbour", Status = ExecutionStatus.Completed, Labels = new Dictionary<string, string> { [text] = text } });
        await SettleAsync(store);
        Assert.Equal([hostile], await IdsAsync(store, Default with { Text = text + " Harbour" }));
        Assert.Equal([hostile], await IdsAsync(store, Default with { Labels = [new LabelFilter(text, text)] }));
        Assert.Equal([hostile], await IdsAsync(store, Default with { Labels = [new LabelFilter(text, null)] }));
        Assert.Empty(await IdsAsync(store, Default with { Labels = [new LabelFilter(text, text + " ")] }));
        Assert.Empty(await IdsAsync(store, Default with { Text = "*?", Labels = [new LabelFilter(text, text), new LabelFilter(text, text)] }));
    }

    [Fact]
    public async Task Text_of_a_million_characters_is_a_text()
    {
        await using var store = Create();
        var word = new string('x', 1_000_000);
        var id = await AddAsync(store, summary => summary with { PipelineName = word, Status = ExecutionStatus.Completed });
        await SettleAsync(store);

        Assert.Equal([id], await IdsAsync(store, Default with { Text = word }));
        Assert.Empty(await IdsAsync(store, Default with { Text = "y" + word }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ListAsync(Default with { Text = string.Join(' ', Enumerable.Range(0, 65)) }, Cancellation));
    }

    [Fact]
    public async Task Search_stays_within_the_organisation()
    {
        await using var store = Create();
        var label = new Dictionary<string, string> { ["team"] = "core" };
        var mine = await AddAsync(store, summary => summary with { Organization = "acme", Labels = label, Status = ExecutionStatus.Completed });
        var theirs = await AddAsync(store, summary => summary with { Organization = "other", Labels = label, Status = ExecutionStatus.Completed });
        await SettleAsync(store);

        foreach (var query in new[] { new ExecutionQuery { Text = "deploy" }, new ExecutionQuery { Labels = [new LabelFilter("team", "core")] }, new ExecutionQuery { PipelineId = "deploy" } })
        {
            Assert.Equal([mine], await IdsAsync(store, query with { Organization = "acme" }));
            Assert.Equal([theirs], await IdsAsync(store, query with { Organization = "other" }));
            Assert.Empty(await IdsAsync(store, query with { Organization = "" }));
            if (query.PipelineId is null) await Assert.ThrowsAsync<ArgumentException>(async () => await store.ListAsync(query, Cancellation));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Filters_hold_together_page_by_page_and_by_number_as_a_walk_over_all_says(int seed)
    {
        await using var store = Create();
        var random = new Random(seed);
        var all = new List<(ExecutionSummary Summary, int Order)>();
        for (var i = 0; i < 150; i++)
        {
            var status = (ExecutionStatus)random.Next(6);
            var log = new SomeLog(SomeLog.Epoch.AddSeconds(random.Next(40)));
            log.Summary = log.Summary with
            {
                PipelineId = "p" + random.Next(3),
                PipelineName = random.Next(2) == 0 ? "Alpha one" : "Beta one",
                Organization = random.Next(4) == 0 ? "acme" : "default",
                ParentId = random.Next(5) == 0 ? SomeLog.NewId() : null,
                Labels = random.Next(2) == 0 ? new Dictionary<string, string> { ["team"] = "t" + random.Next(2) } : [],
            };
            await store.AppendAsync(log.Next(), Cancellation);
            if (status != ExecutionStatus.Queued)
                await store.AppendAsync(log.Next(log.Summary with { Status = status, EndedAt = status.IsTerminal() ? SomeLog.Epoch : null, Error = status == ExecutionStatus.Failed ? "broken pipe" : null }), Cancellation);
            all.Add((log.Summary, i));
            if (i == 100) await SettleAsync(store);
        }

        for (var i = 0; i < 120; i++)
        {
            var query = Default with
            {
                Text = random.Next(2) == 0 ? new[] { "alpha", "one beta", "broken", "pipe one", "none" }[random.Next(5)] : null,
                Labels = random.Next(3) == 0 ? [new LabelFilter("team", random.Next(3) == 0 ? null : "t" + random.Next(2))] : [],
                PipelineId = random.Next(3) == 0 ? "p" + random.Next(4) : null,
                Statuses = random.Next(2) == 0 ? [(ExecutionStatus)random.Next(6), (ExecutionStatus)random.Next(6)] : [],
                CreatedFrom = random.Next(3) == 0 ? SomeLog.Epoch.AddSeconds(random.Next(40)) : null,
                CreatedBefore = random.Next(3) == 0 ? SomeLog.Epoch.AddSeconds(random.Next(40)) : null,
                IncludeChildren = random.Next(2) == 0,
                Limit = random.Next(1, 20),
                CountUpTo = 30,
            };
            var expected = all.Where(e => Fits(e.Summary, query)).OrderByDescending(e => (e.Summary.CreatedAt, e.Order)).Select(e => e.Summary.Id).ToList();
            var paged = new List<Guid>();
            for (var offset = 0; offset == 0 || offset < expected.Count; offset += query.Limit)
            {
                var page = await store.ListAsync(query with { Offset = offset }, Cancellation);
                Assert.Equal(Math.Min(31, expected.Count), page.Total);
                paged.AddRange(page.Items.Select(item => item.Summary.Id));
            }

            Assert.Equal(expected, paged);
            var followed = new List<Guid>();
            string? cursor = null;
            do
            {
                var page = await store.ListAsync(query with { Cursor = cursor }, Cancellation);
                Assert.Equal(Math.Min(31, expected.Count), page.Total);
                followed.AddRange(page.Items.Select(item => item.Summary.Id));
                cursor = page.Next;
            }
            while (cursor is not null);
            Assert.Equal(expected, followed);
        }

        static bool Fits(ExecutionSummary summary, ExecutionQuery query)
        {
            var words = (summary.PipelineName + " " + summary.Error).ToLowerInvariant().Split(' ');
            return summary.Organization == query.Organization
                && (query.Text is null || query.Text.Split(' ').All(words.Contains))
                && query.Labels.All(label => summary.Labels.TryGetValue(label.Name, out var value) && (label.Value is null || label.Value == value))
                && (query.PipelineId is null || query.PipelineId == summary.PipelineId)
                && (query.Statuses.Count == 0 || query.Statuses.Contains(summary.Status))
                && (query.CreatedFrom is null || summary.CreatedAt >= query.CreatedFrom)
                && (query.CreatedBefore is null || summary.CreatedAt < query.CreatedBefore)
                && (query.IncludeChildren || summary.ParentId is null);
        }
    }

    [Fact]
    public async Task Search_of_active_ones_and_of_one_id_is_filtered_too()
    {
        await using var store = Create();
        var label = new Dictionary<string, string> { ["team"] = "core" };
        var running = await AddAsync(store, summary => summary with { Status = ExecutionStatus.Running, Labels = label });
        var ended = await AddAsync(store, summary => summary with { Status = ExecutionStatus.Failed, EndedAt = SomeLog.Epoch.AddHours(1), Error = "broken", Labels = label });
        await AddAsync(store, summary => summary with { Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch, Labels = label });
        await SettleAsync(store);
        var active = Default with { EndedSince = SomeLog.Epoch.AddMinutes(1), CountUpTo = 10 };

        Assert.Equal([ended, running], await IdsAsync(store, active with { Labels = [new LabelFilter("team", "core")] }));
        Assert.Equal([ended], await IdsAsync(store, active with { Text = "broken" }));
        Assert.Equal(2, (await store.ListAsync(active with { Labels = [new LabelFilter("team", null)], Limit = 1 }, Cancellation)).Total);
        Assert.Equal([ended], await IdsAsync(store, Default with { Id = ended, Text = "broken deploy" }));
        Assert.Empty(await IdsAsync(store, Default with { Id = running, Text = "broken" }));
    }

    [Fact]
    public async Task Texts_come_where_they_are_asked_for_and_the_input_stays_as_it_was()
    {
        await using var store = Create();
        var log = new SomeLog();
        var input = new TextExcerpt("Größe\0\ud83d\ude00", ExcerptKind.Text, IsCut: true);
        log.Summary = log.Summary with { Input = input, StartedAt = SomeLog.Epoch.AddSeconds(1) };
        await store.AppendAsync(log.Next(), Cancellation);
        var ended = log.Summary with
        {
            Status = ExecutionStatus.Completed,
            EndedAt = SomeLog.Epoch.AddSeconds(9),
            Input = null,
            Totals = new ExecutionTotals(3, 1, 0, 0.25m, 8000.5),
            Output = new OutputExcerpt(new TextExcerpt("{\"a\":1}", ExcerptKind.Json, IsCut: false), "Deploy"),
        };
        await store.AppendAsync(log.Next(ended), Cancellation);

        var whole = Assert.Single((await store.ListAsync(new ExecutionQuery { WithTexts = true }, Cancellation)).Items).Summary;
        Assert.Equal((input, ended.Output, ended.Totals, ended.StartedAt), (whole.Input, whole.Output, whole.Totals, whole.StartedAt));
        var bare = Assert.Single((await store.ListAsync(new ExecutionQuery(), Cancellation)).Items).Summary;
        Assert.Equal((null, null, ended.Totals), (bare.Input, bare.Output, bare.Totals));

        await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Running, EndedAt = null, Totals = null, Output = null, Input = new TextExcerpt("x", ExcerptKind.Text, false) }), Cancellation);
        whole = Assert.Single((await store.ListAsync(new ExecutionQuery { WithTexts = true }, Cancellation)).Items).Summary;
        Assert.Equal((input, null, null), (whole.Input, whole.Output, whole.Totals));
    }

    [Fact]
    public async Task List_throws_when_offset_or_total_are_out_of_range()
    {
        await using var store = Create();
        var refused = new[]
        {
            new ExecutionQuery { Offset = -1 }, new ExecutionQuery { Offset = 10_001 }, new ExecutionQuery { CountUpTo = 1_000_001 }, new ExecutionQuery { CountUpTo = -1 },
            new ExecutionQuery { Offset = 1, Cursor = "1_1" }, new ExecutionQuery { Text = "x" }, new ExecutionQuery { Labels = [new LabelFilter("a", null)] },
        };
        foreach (var query in refused) await Assert.ThrowsAsync<ArgumentException>(async () => await store.ListAsync(query, Cancellation));
    }

    /// <summary>Lets a store do what it leaves for a quiet moment.</summary>
    protected virtual Task SettleAsync(IEventStore store) => Task.CompletedTask;
}
