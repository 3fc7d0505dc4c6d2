using System.Net;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class ExecutionListTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly InMemoryEventStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("label=team%3Ddocs", 2)]
    [InlineData("label=team%3Ddocs&label=kind", 1)]
    [InlineData("label=team%3Ddocs&label=kind%3Dday", 0)]
    [InlineData("label=kind%3Dnight%2Clate", 1)]
    public async Task History_has_those_with_all_labels_when_several_are_asked_for(string query, int expected)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.RunAsync("waits", """{"labels":{"team":"docs","kind":"night,late"}}""");
        await server.RunAsync("waits", """{"labels":{"team":"docs"}}""");
        var answer = await server.GetAsync($"/api/executions/history?{query}");
        Assert.Equal(expected, answer.Json.GetProperty("executions").GetArrayLength());
    }

    [Fact]
    public async Task History_is_refused_when_more_labels_are_asked_for_than_are_taken()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var query = string.Join('&', Enumerable.Repeat("label=a", ServerLimits.MaxLabelFilters + 1));
        var answer = await server.GetAsync($"/api/executions/history?{query}");
        Assert.Equal("invalid_query", answer.Json.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Active_are_those_under_way_and_those_that_ended_within_five_minutes()
    {
        await using var server = await StartAsync();
        Assert.Empty(Ids((await server.GetAsync("/api/executions")).Json));
        var queued = await AddAsync(s => s with { Status = ExecutionStatus.Queued });
        var running = await AddAsync(s => s with { Status = ExecutionStatus.Running });
        var paused = await AddAsync(s => s with { Status = ExecutionStatus.Paused });
        var ended = await AddAsync(s => s with { Status = ExecutionStatus.Failed, EndedAt = _time.GetUtcNow() });

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([ended, paused, running, queued], Ids((await server.GetAsync("/api/executions")).Json));
        Assert.Equal([ended, queued], Ids((await server.GetAsync("/api/executions?status=failed,queued")).Json));
        Assert.Equal([running], Ids((await server.GetAsync("/api/executions/running")).Json));
        _time.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal([paused, running, queued], Ids((await server.GetAsync("/api/executions")).Json));
        Assert.Equal([ended, paused, running, queued], Ids((await server.GetAsync("/api/executions/history")).Json));
    }

    [Theory]
    [InlineData("/api/executions")]
    [InlineData("/api/executions/running")]
    public async Task More_than_the_limit_are_reached_by_the_cursor_and_counted(string list)
    {
        await using var server = await StartAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 7; i++) ids.Insert(0, await AddAsync(s => s with { Status = ExecutionStatus.Running }));
        var found = new List<Guid>();
        var cursor = "";
        do
        {
            var page = (await server.GetAsync($"{list}?limit=3{cursor}")).Json;
            found.AddRange(Ids(page));
            if (page.TryGetProperty("count", out var count)) Assert.Equal(7, count.GetInt32());
            cursor = page.TryGetProperty("next", out var next) ? "&cursor=" + next.GetString() : null;
        }
        while (cursor is not null);
        Assert.Equal(ids, found);
    }

    [Fact]
    public async Task Item_has_every_member_that_clients_were_promised()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var input = new string('a', 99) + "😀 and more";
        var id = await server.RunToEndAsync("hello", $$$"""{"input":"{{{input}}}","labels":{"team":"a"}}""");
        foreach (var list in new[] { "/api/executions", "/api/executions/history" })
        {
            var item = (await server.GetAsync(list)).Json.GetProperty("executions")[0];
            Assert.Equal(id, item.GetProperty("id").GetGuid());
            Assert.Equal(["hello", "Say hello", "completed"], new[] { "pipelineId", "pipelineName", "status" }.Select(name => item.GetProperty(name).GetString()));
            Assert.Equal([1, 1], new[] { "currentStage", "totalStages" }.Select(name => item.GetProperty(name).GetInt32()));
            Assert.Equal(new string('a', 99) + "...", item.GetProperty("inputPreview").GetString());
            var state = (await server.GetAsync($"/api/executions/{id}")).Json;
            foreach (var name in new[] { "startTime", "endTime" }) Assert.Equal(state.GetProperty(name).GetInt64(), item.GetProperty(name).GetInt64());
            Assert.Equal(state.GetProperty("result").GetProperty("summary").GetProperty("totalDuration").GetDouble(), item.GetProperty("duration").GetDouble());
        }

        var ended = (await server.GetAsync("/api/executions/history")).Json.GetProperty("executions")[0];
        Assert.Equal([1, 0, 0, 0], new[] { "stagesRun", "stagesSkipped", "stagesFailed", "totalCost" }.Select(name => ended.GetProperty(name).GetInt32()));
        Assert.Equal(input, ended.GetProperty("input").GetString());
        Assert.False(ended.TryGetProperty("inputIsCut", out _));
        Assert.Equal(["json", "greet", ""], new[] { "finalOutputType", "finalOutputLabel", "defaultProvider" }.Select(name => ended.GetProperty(name).GetString()));
        Assert.Equal("hello " + input + "\n", JsonElement.Parse(ended.GetProperty("finalOutput").GetString()!).GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Item_of_a_later_turn_says_so_and_keeps_the_time_that_lists_are_ordered_by()
    {
        await using var server = await StartAsync();
        var first = await AddAsync(s => s with { Turn = 2, StartedAt = s.CreatedAt.AddHours(1), EndedAt = s.CreatedAt.AddHours(1) });
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = await AddAsync(s => s);

        var items = (await server.GetAsync("/api/executions/history")).Json.GetProperty("executions").EnumerateArray().ToList();
        Assert.Equal([second, first], items.Select(item => item.GetProperty("id").GetGuid()));
        Assert.Equal([1, 2], items.Select(item => item.GetProperty("turn").GetInt32()));
        var created = items.ConvertAll(item => item.GetProperty("createdAt").GetInt64());
        Assert.Equal(1000, created[0] - created[1]);
        Assert.Equal(3_600_000, items[1].GetProperty("startTime").GetInt64() - created[1]);
    }

    [Fact]
    public async Task Long_input_is_cut_and_says_so()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        await server.RunToEndAsync("hello", $$"""{"input":"needle {{new string('x', 60_000)}}"}""");
        var item = (await server.GetAsync("/api/executions/history?q=needle")).Json.GetProperty("executions")[0];
        Assert.True(item.GetProperty("inputIsCut").GetBoolean());
        Assert.Equal(TextExcerpt.MaxChars, item.GetProperty("input").GetString()!.Length);
        Assert.True(item.GetProperty("finalOutputIsCut").GetBoolean());
    }

    [Fact]
    public async Task History_comes_by_page_with_totals_and_by_cursor()
    {
        await using var server = await StartAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 7; i++) ids.Insert(0, await AddAsync(s => s));
        for (var page = 1; page <= 4; page++)
        {
            var json = (await server.GetAsync($"/api/executions/history?page={page}&pageSize=3")).Json;
            Assert.Equal(ids.Skip((page - 1) * 3).Take(3), Ids(json));
            Assert.Equal([7, page, 3, 3], new[] { "total", "page", "pageSize", "totalPages" }.Select(name => json.GetProperty(name).GetInt32()));
            Assert.False(json.GetProperty("totalIsBound").GetBoolean());
        }

        var first = (await server.GetAsync("/api/executions/history?pageSize=3")).Json;
        var second = (await server.GetAsync($"/api/executions/history?pageSize=3&cursor={first.GetProperty("next")}")).Json;
        Assert.Equal(ids[3..6], Ids(second));
        Assert.False(second.TryGetProperty("total", out _));
    }

    [Fact]
    public async Task History_is_filtered_by_each_parameter_and_by_all()
    {
        await using var server = await StartAsync();
        var label = new Dictionary<string, string> { ["team"] = "a=b" };
        var old = await AddAsync(s => s with { PipelineId = "build", CreatedAt = _time.GetUtcNow().AddDays(-1), Labels = label });
        var failed = await AddAsync(s => s with { Status = ExecutionStatus.Failed, Error = "the harbour is closed", EndedAt = _time.GetUtcNow(), Labels = label });
        var other = await AddAsync(s => s with { PipelineName = "Nightly", Labels = new Dictionary<string, string> { ["team"] = "c" } });

        Assert.Equal([other, failed], await FindAsync("pipeline=deploy"));
        Assert.Equal([failed], await FindAsync("status=failed&status=paused"));
        Assert.Equal([failed, old], await FindAsync("label=team=a=b"));
        Assert.Equal([other, failed, old], await FindAsync("label=team"));
        Assert.Empty(await FindAsync("label=team=a%3Db&label=team=c"));
        Assert.Equal([other, failed], await FindAsync("from=2026-01-02T00:00:00Z"));
        Assert.Equal([old], await FindAsync("to=" + _time.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.Equal([other], await FindAsync("q=nightly"));
        Assert.Equal([failed], await FindAsync("q=Harbour+closed"));
        Assert.Equal([failed], await FindAsync($"q={failed}"));
        Assert.Empty(await FindAsync($"q={failed}&status=completed"));
        Assert.Equal([failed], await FindAsync("q=harbour&status=failed&pipeline=deploy&label=team&from=2026-01-02T03:04:05%2B00:00&to=2026-01-03"));
        foreach (var hostile in new[] { "%22", "a%22+OR+b", "night*", "NEAR(a)", "%00", "'--", "%F0%9F%98%80", "tokens:x" }) Assert.Empty(await FindAsync("q=" + hostile));

        async Task<List<Guid>> FindAsync(string query) => Ids((await server.GetAsync("/api/executions/history?" + query)).Json);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_query_is_said_at_once()
    {
        await using var server = await StartAsync();
        var answer = await server.GetAsync($"/api/executions/history?page=0&pageSize=1001&status=done&status=ended&label==x&from=yesterday&to=x&q={new string('x', 1001)}&cursor=nonsense");
        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        var detail = answer.Json.GetProperty("detail").GetString()!;
        foreach (var name in new[] { "page must be", "pageSize must be", "status must be", "label must be", "from must be", "to must be", "q has", "cursor must be" }) Assert.Contains(name, detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("history?page=2&cursor=1_1", "by page or by cursor")]
    [InlineData("history?page=202&pageSize=50", "follow 'next' by cursor")]
    [InlineData("history?from=2026-01-02&to=2026-01-01", "from is later than to")]
    [InlineData("history?limit=3&pageSize=4", "give one of them")]
    [InlineData("running?limit=0", "limit must be a number")]
    [InlineData("?cursor=x", "cursor must be")]
    public async Task Query_is_refused_when_its_parameters_do_not_go_together(string query, string why)
    {
        await using var server = await StartAsync();
        var answer = await server.GetAsync("/api/executions" + (query[0] == '?' ? "" : "/") + query);
        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Contains(why, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_refuses_more_words_than_it_takes()
    {
        await using var server = await StartAsync();
        var words = string.Join('+', Enumerable.Range(0, 65));
        (await server.GetAsync("/api/executions/history?q=" + words)).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    private static List<Guid> Ids(JsonElement page) => [.. page.GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("id").GetGuid())];

    private Task<ServerHarness> StartAsync() => ServerHarness.StartAsync(options => options with { Time = _time }, _store);

    private async Task<Guid> AddAsync(Func<ExecutionSummary, ExecutionSummary> change)
    {
        var id = Guid.CreateVersion7(_time.GetUtcNow());
        var summary = change(new ExecutionSummary { Id = id, PipelineId = "deploy", PipelineName = "Deploy", Status = ExecutionStatus.Completed, CreatedAt = _time.GetUtcNow() });
        if (summary.Status.IsTerminal()) summary = summary with { EndedAt = summary.EndedAt ?? summary.CreatedAt };
        await _store.AppendAsync(new Append { ExecutionId = id, Epoch = 1, ExpectedLast = 0, Blocks = [new AppendBlock(BlockKind.Decision, 1, 1, "{}\n"u8.ToArray())], Summary = summary });
        return id;
    }
}
