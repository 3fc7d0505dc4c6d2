using Sightglass.Conformance;
using Sightglass.Conformance.Upkeep;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

public sealed class SqliteUpkeepTests : StoreUpkeepSpec, IDisposable
{
    private static readonly string[] Tables = ["executions", "heads", "blocks", "stored_values", "value_checks", "execution_values", "erasures", "searched", "places", "endings", "unindexed"];

    private readonly TempFolder _folder = new();

    private string Database => _folder.File("log.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_left_in_any_table_when_all_is_erased()
    {
        await using var store = Open();
        foreach (var log in await FillAsync(store)) await Upkeep(store).EraseAsync(log.Id, Request, Cancellation);

        Assert.Equal(Tables.Select(_ => 0L), Counts());
    }

    [Fact]
    public async Task Space_is_used_again_when_executions_come_and_go()
    {
        await using var store = Open();
        var sizes = new List<long>();
        for (var round = 0; round < 6; round++)
        {
            foreach (var log in await FillAsync(store)) await Upkeep(store).EraseAsync(log.Id, Request, Cancellation);
            sizes.Add(new FileInfo(Database).Length);
        }

        Assert.All(sizes[2..], size => Assert.InRange(size, 1, sizes[1] + (256 * 4096)));
    }

    [Fact]
    public async Task Tombstone_that_was_changed_is_refused_and_one_without_a_checksum_is_read()
    {
        await using var store = Open();
        var log = await EndedAsync(store);
        await Upkeep(store).EraseAsync(log.Id, Request, Cancellation);
        using (var other = Connection.Open(Database, readOnly: false, TimeSpan.FromSeconds(5))) other.Execute("UPDATE tombstones SET by = 'eve'");
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Upkeep(store).FindTombstoneAsync(log.Id, Cancellation));
        Assert.Equal("database_damaged", error.Code);
        Assert.Contains(log.Id.ToString(), error.Message, StringComparison.Ordinal);

        using (var other = Connection.Open(Database, readOnly: false, TimeSpan.FromSeconds(5))) other.Execute("UPDATE tombstones SET crc = NULL");
        Assert.Equal("eve", (await Upkeep(store).FindTombstoneAsync(log.Id, Cancellation))?.By);
    }

    [Fact]
    public async Task Deletion_goes_on_after_a_restart_in_its_middle()
    {
        await using (var store = Open())
        {
            foreach (var log in await FillAsync(store)) await Upkeep(store).EraseAsync(log.Id, Request, Cancellation);
            await FillAsync(store);
        }

        using (var halfway = Connection.Open(Database, readOnly: false, TimeSpan.Zero))
        {
            // What the first step of each deletion does, and nothing of the others.
            halfway.Execute("""
                BEGIN;
                INSERT INTO tombstones SELECT key, id, 1, 'ada', NULL, pipeline, organization, NULL FROM executions;
                INSERT INTO erasures SELECT key, key FROM executions;
                DELETE FROM heads;
                DELETE FROM executions;
                DELETE FROM searched;
                DELETE FROM places;
                DELETE FROM endings;
                DELETE FROM unindexed;
                COMMIT
                """);
        }

        await using var again = Open();
        Assert.Empty(await again.ReadFromPositionAsync(0, int.MaxValue, Cancellation));
        while (Counts().Sum() > 0)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Positions_go_on_where_they_were_when_all_was_erased_and_the_store_is_opened_again()
    {
        long last;
        await using (var store = Open())
        {
            var logs = await FillAsync(store);
            last = (await store.ReadFromPositionAsync(0, int.MaxValue, Cancellation))[^1].Position;
            foreach (var log in logs) await Upkeep(store).EraseAsync(log.Id, Request, Cancellation);
        }

        await using var again = Open();
        Assert.Equal(last + 1, (await again.AppendAsync(new SomeLog().Next(), Cancellation)).Position);
    }

    protected override IEventStore Create() => Open();

    private static ErasureRequest Request => new(SomeLog.Epoch, "ada");

    private static async Task<List<SomeLog>> FillAsync(IEventStore store)
    {
        var logs = new List<SomeLog>();
        for (var i = 0; i < 5; i++)
        {
            var log = await EndedAsync(store, values: [SomeLog.Value(50_000, i)]);
            await EndedAsync(store, log.Id);
            logs.Add(log);
        }

        return logs;
    }

    private List<long> Counts()
    {
        using var reader = Connection.Open(Database, readOnly: true, TimeSpan.FromSeconds(5));
        return [.. Tables.Select(table => reader.Scalar($"SELECT count(*) FROM {table}"))];
    }

    private SqliteEventStore Open() => SqliteEventStore.Open(new SqliteStoreOptions
    {
        Path = Database,
        Durability = SqliteDurability.Off,
        MaxCommitBytes = 2000,
        MaxKnownExecutions = 4,
        CheckpointPages = 50,
        FinishPages = 10,
        MaxLogPages = 500,
    });
}
