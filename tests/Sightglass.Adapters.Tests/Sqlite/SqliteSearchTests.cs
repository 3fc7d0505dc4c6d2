using Sightglass.Conformance;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Code;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>The full-text index behind the lists: what it is made of, and what becomes of it.</summary>
public sealed class SqliteSearchTests : IDisposable
{
    private static readonly ExecutionQuery Default = new() { Organization = "default", CountUpTo = 10_000, WithTexts = true };

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => _folder.File("log.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_of_an_erased_execution_is_found_or_left_in_the_index(bool indexed)
    {
        await using var store = Open();
        var (gone, kept) = (Ended("gone harbour"), Ended("kept harbour"));
        foreach (var log in new[] { gone, kept }) await AppendAsync(store, log);
        if (indexed) store.Rest();
        await store.EraseAsync(gone.Id, new ErasureRequest(SomeLog.Epoch, "ada"), Cancellation);
        store.Rest();

        Assert.Equal([kept.Id], await FindAsync(store, "harbour"));
        Assert.Empty(await FindAsync(store, "gone"));
        using var connection = Connection.Open(Database, readOnly: true, TimeSpan.Zero);
        var scope = SearchScope.Of("default", isChild: false);
        Assert.Equal([0, 1], new[] { "gone", "harbour" }.Select(word => connection.Scalar($"SELECT count(*) FROM search WHERE search MATCH '\"{scope}w{word}\"'")));
    }

    [Fact]
    public async Task Ended_executions_are_taken_into_the_index_by_the_commits_of_others()
    {
        await using var store = Open();
        for (var i = 0; i < 300; i++) await AppendAsync(store, Ended("harbour"));

        using var connection = Connection.Open(Database, readOnly: true, TimeSpan.Zero);
        Assert.InRange(connection.Scalar("SELECT count(*) FROM unindexed"), 0, 100);
        Assert.Equal(300, (await store.ListAsync(Default with { Text = "harbour" }, Cancellation)).Total);
    }

    [Fact]
    public async Task Executions_of_one_microsecond_are_found_each_once_when_there_are_more_than_it_has_places()
    {
        await using var store = Open();
        var ids = new List<Guid>();
        for (var i = 0; i < 2200; i++)
        {
            var log = Ended("harbour");
            ids.Add(log.Id);
            await store.AppendAsync(log.Next(), Cancellation);
        }

        store.Rest();
        var found = new List<Guid>();
        var query = Default with { Text = "harbour", Limit = 300 };
        do
        {
            var page = await store.ListAsync(query, Cancellation);
            Assert.Equal(2200, page.Total);
            found.AddRange(page.Items.Select(item => item.Summary.Id));
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        ids.Reverse();
        Assert.Equal(ids, found);
    }

    [Fact]
    public async Task Page_goes_on_where_it_was_when_the_execution_at_its_cursor_was_erased()
    {
        await using var store = Open();
        var logs = Enumerable.Range(0, 6).Select(_ => Ended("harbour")).ToList();
        foreach (var log in logs) await AppendAsync(store, log);
        store.Rest();
        var first = await store.ListAsync(Default with { Text = "harbour", Limit = 3 }, Cancellation);
        await store.EraseAsync(first.Items[2].Summary.Id, new ErasureRequest(SomeLog.Epoch, "ada"), Cancellation);

        var second = await store.ListAsync(Default with { Text = "harbour", Limit = 2, Cursor = first.Next }, Cancellation);
        Assert.Equal([logs[2].Id, logs[1].Id], second.Items.Select(item => item.Summary.Id));
    }

    [Fact]
    public async Task Database_of_a_version_without_search_is_filled_when_it_is_opened()
    {
        await RunAsync(30);
        using (var connection = Connection.Open(Database, readOnly: false, TimeSpan.Zero))
        {
            connection.Execute("""
                DROP TABLE search; DROP TABLE searched; DROP TABLE places; DROP TABLE endings; DROP TABLE unindexed; DROP TABLE unfilled;
                ALTER TABLE tombstones DROP COLUMN crc;
                UPDATE executions SET details = json_remove(details, '$.totals', '$.started');
                PRAGMA user_version = 3;
                """);
        }

        await using var store = Open();
        var page = await store.ListAsync(Default with { Text = "harbour nightly", Labels = [new LabelFilter("team", "core")], Statuses = [ExecutionStatus.Completed] }, Cancellation);
        Assert.Equal(30, page.Total);
        Assert.All(page.Items, item => Assert.Equal(
            ("to the harbour", "done", 1),
            (item.Summary.Input!.Text, item.Summary.Output!.Excerpt.Text, item.Summary.Totals!.StagesRun)));
        await AppendAsync(store, Ended("harbour nightly"));
        Assert.Equal(31, (await store.ListAsync(Default with { Text = "nightly" }, Cancellation)).Total);
    }

    [Fact]
    public async Task Index_is_made_anew_by_the_next_start_when_it_was_found_damaged()
    {
        await RunAsync(30);
        using (var connection = Connection.Open(Database, readOnly: false, TimeSpan.Zero)) connection.Execute("UPDATE search_data SET block = x'00ff00ff00ff' WHERE id > 10");
        await using (var store = Open())
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await FindAsync(store, "harbour"));
            Assert.Equal("database_damaged", error.Code);
        }

        await using var mended = Open();
        Assert.Equal(30, (await mended.ListAsync(Default with { Text = "harbour" }, Cancellation)).Total);
    }

    [Fact]
    public async Task Saved_executions_are_found_again()
    {
        await RunAsync(30);
        var bytes = await File.ReadAllBytesAsync(Database, Cancellation);
        Array.Fill(bytes, (byte)0, 0, 4096);
        await File.WriteAllBytesAsync(Database, bytes, Cancellation);

        await using var store = Open();
        var page = await store.ListAsync(Default with { Text = "harbour", Labels = [new LabelFilter("team", null)] }, Cancellation);
        Assert.Equal(30, page.Total);
        Assert.All(page.Items, item => Assert.Equal(("to the harbour", "done"), (item.Summary.Input!.Text, item.Summary.Output!.Excerpt.Text)));
    }

    [Fact]
    public async Task Copy_has_the_index()
    {
        await RunAsync(3);
        SqliteBackup.Copy(Database, _folder.File("copy.db"));
        await using var copy = SqliteEventStore.Open(new SqliteStoreOptions { Path = _folder.File("copy.db"), Durability = SqliteDurability.Off });

        Assert.Equal(3, (await copy.ListAsync(Default with { Text = "harbour" }, Cancellation)).Total);
    }

    private static SomeLog Ended(string name)
    {
        var log = new SomeLog();
        log.Summary = log.Summary with { PipelineName = name, Status = ExecutionStatus.Completed, EndedAt = SomeLog.Epoch };
        return log;
    }

    private static async Task AppendAsync(SqliteEventStore store, SomeLog log)
    {
        var ended = log.Summary;
        log.Summary = ended with { Status = ExecutionStatus.Running, EndedAt = null };
        await store.AppendAsync(log.Next(), Cancellation);
        await store.AppendAsync(log.Next(ended), Cancellation);
    }

    private static async Task<List<Guid>> FindAsync(SqliteEventStore store, string text) =>
        [.. (await store.ListAsync(Default with { Text = text }, Cancellation)).Items.Select(item => item.Summary.Id)];

    private SqliteEventStore Open() => SqliteEventStore.Open(new SqliteStoreOptions { Path = Database, Durability = SqliteDurability.Off, BusyTimeout = TimeSpan.Zero });

    // Real logs, by the engine itself.
    private async Task RunAsync(int count)
    {
        var definition = new PipelineDefinition
        {
            Id = "nightly",
            Inputs = new Dictionary<string, InputDefinition> { ["where"] = new() },
            Stages = [new StageDefinition { Id = "go", Type = "code", Code = new CodeDefinition { Name = "go" } }],
        };
        await using var store = Open();
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [new CodeStage(new CodeRegistry().Register("go", static _ => "done"))] });
        for (var i = 0; i < count; i++)
        {
            var outcome = await engine.StartAsync(new StartRequest
            {
                Definition = definition,
                Labels = new Dictionary<string, string> { ["team"] = "core" },
                Sets = new Dictionary<string, string> { ["where"] = "to the harbour" },
            });
            await engine.WaitForEndAsync(outcome.ExecutionId!.Value, Cancellation);
        }

        store.Rest();
    }
}
