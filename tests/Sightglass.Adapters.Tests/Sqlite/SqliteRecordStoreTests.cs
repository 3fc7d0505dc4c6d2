using Sightglass.Conformance;
using Sightglass.Conformance.RecordStores;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

public sealed class SqliteRecordStoreTests : RecordStoreSpec, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_and_their_versions_are_there_when_reopened()
    {
        var key = new RecordKey("default", "things", "a");
        long version;
        await using (var store = Open())
        {
            version = (await store.WriteAsync([new RecordWrite(key, RecordWrite.Absent, new byte[] { 1, 2 })], Cancellation)).Version;
            await store.WriteAsync([new RecordWrite(key with { Key = "b" }, RecordWrite.Absent, new byte[] { 3 })], Cancellation);
            await store.WriteAsync([new RecordWrite(key with { Key = "b" }, RecordWrite.AnyVersion, null)], Cancellation);
        }

        await using var again = Open();
        Assert.Equal((version, 2), ((await again.GetAsync(key, Cancellation))!.Version, (await again.GetAsync(key, Cancellation))!.Bytes.Length));
        Assert.True((await again.WriteAsync([new RecordWrite(key, version, new byte[] { 4 })], Cancellation)).Version > version + 2);
    }

    [Fact]
    public async Task Expired_records_leave_the_file_when_others_are_written()
    {
        await using var store = Open();
        for (var i = 0; i < 200; i++)
        {
            await store.WriteAsync([new RecordWrite(new RecordKey("default", "things", $"{i}"), RecordWrite.Absent, new byte[10], Clock.GetUtcNow().AddSeconds(10))], Cancellation);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        using var reader = Connection.Open(_folder.File("log.db"), readOnly: true, TimeSpan.Zero);
        Assert.InRange(reader.Scalar("SELECT count(*) FROM records"), 1, 11);
    }

    [Fact]
    public async Task Expired_records_leave_the_file_in_a_quiet_moment_when_nothing_is_written_any_more()
    {
        await using var store = Open();
        var key = new RecordKey("default", "things", "a");
        await store.WriteAsync([new RecordWrite(key, RecordWrite.Absent, new byte[10], Clock.GetUtcNow().AddSeconds(10))], Cancellation);
        store.Rest();
        Assert.NotNull(await store.GetAsync(key, Cancellation));
        Clock.Advance(TimeSpan.FromSeconds(10));
        store.Rest();

        using var reader = Connection.Open(_folder.File("log.db"), readOnly: true, TimeSpan.Zero);
        Assert.Equal(0, reader.Scalar("SELECT count(*) FROM records"));
    }

    [Fact]
    public async Task Database_of_the_first_version_opens_and_keeps_its_logs()
    {
        var log = new SomeLog();
        SqliteLibrary.EnsureLoaded();
        using (var old = Connection.Open(_folder.File("log.db"), readOnly: false, TimeSpan.Zero))
        {
            old.Execute("PRAGMA journal_mode = WAL");
            DatabaseFile.Migrate(old, old.Path, Schema.Steps[..1]);
            Assert.Equal(1, old.Scalar("PRAGMA user_version"));
            var insert = old.Prepare(SummaryRow.Insert);
            SummaryRow.BindInsert(insert, log.Summary).Run();
            var block = log.Next().Blocks[0];
            old.Execute("INSERT INTO heads (execution, epoch, last_seq) VALUES (1, 1, 1)");
            old.Prepare("INSERT INTO blocks (position, execution, first_seq, count, kind, bytes) VALUES (1, 1, 1, 1, 0, ?1)").Bind(1, block.Bytes.Span).Run();
        }

        await using var store = Open();
        var key = new RecordKey("default", "things", "a");
        var append = log.Next() with { Records = [new RecordWrite(key, RecordWrite.Absent, new byte[] { 1 })] };
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(append, Cancellation)).Status);
        var page = await store.ReadAsync(log.Id, 0, BlockFilter.All, int.MaxValue, Cancellation);
        Assert.Equal(log.Written, page.Blocks.SelectMany(block => block.Bytes.ToArray()));
        Assert.NotNull(await store.GetAsync(key, Cancellation));
    }

    protected override IEventStore Create() => Open();

    private SqliteEventStore Open() => SqliteEventStore.Open(new SqliteStoreOptions
    {
        Path = _folder.File("log.db"),
        Durability = SqliteDurability.Off,
        MaxWaiting = 8,
        MaxCommitBytes = 2000,
        TimeProvider = Clock,
    });
}
