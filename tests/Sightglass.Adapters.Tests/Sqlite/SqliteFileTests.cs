using System.Security.Cryptography;
using Sightglass.Conformance;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>Opening, reopening and refusing the database file.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Log_is_there_when_reopened_after_dispose()
    {
        var log = new SomeLog();
        var value = SomeLog.Value(5000);
        await using (var store = Open(_folder.File("log.db")))
        {
            for (var i = 0; i < 5; i++) await store.AppendAsync(log.Next(), Cancellation);
            await store.AppendAsync(log.Next() with { Values = [value] }, Cancellation);
            Assert.Equal(2, await store.ClaimAsync(log.Id, Cancellation));
        }

        Assert.False(File.Exists(_folder.File("log.db-wal")));
        await using var again = Open(_folder.File("log.db"));
        await AssertHoldsAsync(again, log);
        Assert.NotNull(await again.ReadValueAsync(value.Reference, 0, 1, Cancellation));
        Assert.Equal(AppendStatus.Fenced, (await again.AppendAsync(log.Peek(), Cancellation)).Status);
        log.Owner = 2;
        Assert.Equal(7, (await again.AppendAsync(log.Next(), Cancellation)).Position);
    }

    [Fact]
    public async Task Every_acknowledged_append_is_there_when_the_process_ended_without_closing()
    {
        var logs = Enumerable.Range(0, 10).Select(_ => new SomeLog()).ToList();
        await using var store = Open(_folder.File("log.db"));
        Directory.CreateDirectory(_folder.File("after"));
        await Task.WhenAll(logs.Select(log => Task.Run(async () =>
        {
            for (var i = 0; i < 30; i++) await store.AppendAsync(log.Next(BlockKind.Report, 2), Cancellation);
        })));

        // What a killed process leaves on the disk: its files without their memory map.
        foreach (var name in new[] { "log.db", "log.db-wal" }) CopyShared(_folder.File(name), Path.Combine(_folder.File("after"), name));
        await using var survivor = Open(Path.Combine(_folder.File("after"), "log.db"));
        foreach (var log in logs) await AssertHoldsAsync(survivor, log);
        Assert.Equal(AppendStatus.Appended, (await survivor.AppendAsync(logs[0].Next(), Cancellation)).Status);
    }

    [Fact]
    public async Task Newer_database_is_refused_and_left_alone()
    {
        var path = await CreateAsync();
        using (var other = Connection.Open(path, readOnly: false, TimeSpan.Zero)) other.Execute("PRAGMA user_version = 999");
        var before = Fingerprints(_folder.Path);

        AssertRefused("database_newer", path);
        Assert.Equal(before, Fingerprints(_folder.Path));
    }

    [Fact]
    public async Task Newer_database_is_refused_and_left_alone_when_the_version_stands_in_the_log_only()
    {
        var path = await CreateAsync();
        var copy = Directory.CreateDirectory(_folder.File("copy")).FullName;
        using (var other = Connection.Open(path, readOnly: false, TimeSpan.Zero))
        {
            other.Execute("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 999");
            CopyShared(path, Path.Combine(copy, "log.db"));
            CopyShared(path + "-wal", Path.Combine(copy, "log.db-wal"));
        }

        var before = Fingerprints(copy);
        AssertRefused("database_newer", Path.Combine(copy, "log.db"));
        Assert.Equal(before, Fingerprints(copy));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("a text that is longer than the header of a database, of which the first hundred bytes are looked at, so here they are")]
    public void File_that_is_no_database_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(_folder.File("log.db"), content);

        AssertRefused("not_a_database", _folder.File("log.db"));
        Assert.Equal(content, File.ReadAllText(_folder.File("log.db")));
    }

    [Theory]
    [InlineData("PRAGMA application_id = 7")]
    [InlineData("CREATE TABLE other (x)")]
    [InlineData("PRAGMA user_version = 3")]
    public void Database_of_another_program_is_refused(string sql)
    {
        SqliteLibrary.EnsureLoaded();
        using (var other = Connection.Open(_folder.File("log.db"), readOnly: false, TimeSpan.Zero)) other.Execute(sql);
        var before = Fingerprints(_folder.Path);

        AssertRefused("not_a_database", _folder.File("log.db"));
        Assert.Equal(before, Fingerprints(_folder.Path));
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_refused()
    {
        File.WriteAllText(_folder.File("file"), "");

        AssertRefused("read_only", Path.Combine(_folder.File("file"), "log.db"));
        AssertRefused("read_only", _folder.Path);
    }

    [Fact]
    public async Task Damaged_database_is_reported()
    {
        var path = await CreateAsync(200);
        await GarbleRootsAsync(path, "executions", "blocks", "executions_by_status");

        await using var store = SqliteEventStore.Open(Options(path) with { StartCheck = TimeSpan.Zero, StartCheckAfterCrash = TimeSpan.Zero });
        var reading = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ListAsync(new ExecutionQuery(), Cancellation));
        var writing = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.AppendAsync(new SomeLog().Next(), Cancellation));
        Assert.Equal(["database_damaged", "database_damaged"], [reading.Code, writing.Code]);
    }

    // The pages that the tables begin with; the schema, which may take several pages, stays.
    private static async Task GarbleRootsAsync(string path, params string[] names)
    {
        var roots = new List<long>();
        using (var connection = Connection.Open(path, readOnly: true, TimeSpan.Zero))
            foreach (var name in names) roots.Add(connection.Scalar($"SELECT rootpage FROM sqlite_master WHERE name = '{name}'"));
        await using var file = new FileStream(path, FileMode.Open);
        var garbage = new byte[4096];
        Array.Fill(garbage, (byte)0x5a);
        foreach (var root in roots)
        {
            file.Position = (root - 1) * garbage.Length;
            await file.WriteAsync(garbage, Cancellation);
        }
    }

    [Fact]
    public async Task Database_of_which_nothing_is_whole_is_refused_and_left_alone()
    {
        var path = await CreateAsync(200);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        Array.Fill(bytes, (byte)0x5a, 4096, bytes.Length - 4096);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        AssertRefused("database_damaged", path);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Cancellation));
    }

    [Fact]
    public void Locked_database_is_reported()
    {
        SqliteLibrary.EnsureLoaded();
        using var other = Connection.Open(_folder.File("log.db"), readOnly: false, TimeSpan.Zero);
        other.Execute("BEGIN EXCLUSIVE");

        AssertRefused("database_locked", _folder.File("log.db"));
    }

    [Fact]
    public void Empty_file_becomes_a_database_of_the_current_version()
    {
        File.WriteAllBytes(_folder.File("log.db"), []);
        using (var connection = DatabaseFile.OpenForWriting(Options(_folder.File("log.db"))))
        {
            Assert.Equal(Schema.Version, connection.Scalar("PRAGMA user_version"));
            Assert.Equal(Schema.ApplicationId, connection.Scalar("PRAGMA application_id"));
        }

        // An older program looks at the header alone.
        Assert.Equal(Schema.Version, File.ReadAllBytes(_folder.File("log.db"))[63]);
    }

    [Fact]
    public void Migration_runs_the_missing_steps_and_keeps_what_there_is()
    {
        using var connection = DatabaseFile.OpenForWriting(Options(_folder.File("log.db")));
        connection.Execute("UPDATE positions SET floor = 17");
        DatabaseFile.Migrate(connection, connection.Path, [.. Schema.Steps, "ALTER TABLE positions ADD COLUMN note TEXT", "CREATE TABLE later (x)"]);

        Assert.Equal(Schema.Version + 2, connection.Scalar("PRAGMA user_version"));
        Assert.Equal(17, connection.Scalar("SELECT floor FROM positions WHERE note IS NULL"));
        Assert.Equal(0, connection.Scalar("SELECT count(*) FROM later"));
    }

    [Fact]
    public void Migration_that_fails_changes_nothing()
    {
        using var connection = DatabaseFile.OpenForWriting(Options(_folder.File("log.db")));
        string[] steps = [.. Schema.Steps, "CREATE TABLE later (x); SELECT * FROM missing"];
        Assert.Throws<StoreUnavailableException>(() => DatabaseFile.Migrate(connection, connection.Path, steps));

        Assert.Equal(Schema.Version, connection.Scalar("PRAGMA user_version"));
        Assert.Equal(0, connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'later'"));
        Assert.False(connection.InTransaction);
    }

    [Fact]
    public async Task Position_is_not_given_out_again_when_another_process_deleted_the_newest()
    {
        await using var store = Open(_folder.File("log.db"));
        var log = new SomeLog();
        for (var i = 0; i < 3; i++) await store.AppendAsync(log.Next(), Cancellation);
        using (var other = Connection.Open(_folder.File("log.db"), readOnly: false, TimeSpan.Zero))
            other.Execute("BEGIN; UPDATE positions SET floor = 3; DELETE FROM blocks; DELETE FROM heads; DELETE FROM executions; COMMIT");

        Assert.Equal(AppendStatus.Unknown, (await store.AppendAsync(log.Peek(), Cancellation)).Status);
        Assert.Equal(4, (await store.AppendAsync(new SomeLog().Next(), Cancellation)).Position);
    }

    private static SqliteStoreOptions Options(string path) => new() { Path = path, Durability = SqliteDurability.Off, BusyTimeout = TimeSpan.Zero };

    private static SqliteEventStore Open(string path) => SqliteEventStore.Open(Options(path));

    private static void AssertRefused(string code, string path)
    {
        var error = Assert.Throws<StoreUnavailableException>(() => Open(path));
        Assert.Equal(code, error.Code);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertHoldsAsync(SqliteEventStore store, SomeLog log)
    {
        var page = await store.ReadAsync(log.Id, 0, BlockFilter.All, int.MaxValue, Cancellation);
        Assert.Equal(log.Written, page.Blocks.SelectMany(block => block.Bytes.ToArray()));
        Assert.Equal(log.Last, page.Last);
    }

    private static void CopyShared(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = File.Create(to);
        source.CopyTo(target);
    }

    // The shared-memory index is no content: SQLite builds it anew from the log.
    private static List<string> Fingerprints(string folder) =>
        [.. Directory.GetFiles(folder).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Order()
            .Select(file => Path.GetFileName(file) + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];

    private async Task<string> CreateAsync(int appends = 1)
    {
        var path = _folder.File("log.db");
        await using var store = Open(path);
        var log = new SomeLog();
        for (var i = 0; i < appends; i++) await store.AppendAsync(log.Next(padding: 100), Cancellation);
        return path;
    }
}
