using Sightglass.Conformance;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>Commits that fail, and the log's file between them.</summary>
public sealed class SqliteFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => _folder.File("log.db");

    private long LogFileLength => new FileInfo(Database + "-wal").Length;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Full_disk_is_reported_and_what_still_fits_is_kept()
    {
        await using var store = Open(options => options with { MaxPages = 60 });
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await store.AppendAsync(log.Peek(padding: 1_000_000) with { Values = [SomeLog.Value(10)] }, Cancellation));

        Assert.Equal("disk_full", error.Code);
        Assert.Contains("free some space", error.Message, StringComparison.Ordinal);
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
        Assert.Equal(2, (await store.ReadFromPositionAsync(0, int.MaxValue, Cancellation))[^1].Position);
        Assert.Null(await store.ReadValueAsync(SomeLog.Value(10).Reference, 0, 1, Cancellation));
    }

    [Fact]
    public async Task Commit_that_fails_leaves_nothing_and_the_store_usable()
    {
        await using var store = Open();
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);

        // Each block now owes a parent that does not exist; SQLite notices at COMMIT and leaves the transaction open.
        store.Writer.Execute("""
            PRAGMA foreign_keys = ON;
            CREATE TABLE owed (x INTEGER REFERENCES executions (key) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER owe AFTER INSERT ON blocks BEGIN INSERT INTO owed VALUES (-1); END;
            """);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.AppendAsync(log.Peek(), Cancellation));
        Assert.Equal("store_failed", error.Code);
        Assert.False(store.Writer.InTransaction);
        Assert.Equal(1, (await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Last);

        store.Writer.Execute("DROP TRIGGER owe");
        Assert.Equal(new AppendOutcome(AppendStatus.Appended, 2, 2), await store.AppendAsync(log.Next(), Cancellation));
    }

    [Fact]
    public async Task Every_append_of_a_commit_fails_when_one_meets_a_broken_disk()
    {
        await using var store = Open(options => options with { MaxPages = 60, BusyTimeout = TimeSpan.FromMinutes(1) });
        var appends = new List<Task<AppendOutcome>>();
        using (var other = Connection.Open(Database, readOnly: false, TimeSpan.Zero))
        {
            other.Execute("BEGIN IMMEDIATE");
            appends.Add(Task.Run(async () => await store.AppendAsync(new SomeLog().Next(), Cancellation), Cancellation));
            while (!store.Committing) await Task.Yield();
            appends.Add(store.AppendAsync(new SomeLog().Next(), Cancellation).AsTask());
            appends.Add(store.AppendAsync(new SomeLog().Next(padding: 250_000), Cancellation).AsTask());
            other.Execute("ROLLBACK");
        }

        Assert.Equal(AppendStatus.Appended, (await appends[0]).Status);
        foreach (var failed in appends[1..])
            Assert.Equal("disk_full", (await Assert.ThrowsAsync<StoreUnavailableException>(() => failed)).Code);
        Assert.Single((await store.ListAsync(new ExecutionQuery(), Cancellation)).Items);
    }

    [Fact]
    public async Task Lock_of_another_program_is_reported_and_overcome()
    {
        await using var store = Open();
        var log = new SomeLog();
        using (var other = Connection.Open(Database, readOnly: false, TimeSpan.Zero))
        {
            other.Execute("BEGIN IMMEDIATE");
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.AppendAsync(log.Peek(), Cancellation));
            Assert.Equal("database_locked", error.Code);
        }

        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
    }

    [Fact]
    public async Task Log_file_stays_bounded_when_appends_never_pause()
    {
        await using var store = Open(options => options with { CheckpointPages = 40, FinishPages = 10, MaxLogPages = 200 });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var log = new SomeLog();
            for (var i = 0; i < 500; i++)
            {
                await store.AppendAsync(log.Next(BlockKind.Report, padding: 2000), Cancellation);
                await store.ReadAsync(log.Id, log.Last - 1, BlockFilter.All, 1, Cancellation);
            }
        })));

        // Some ten thousand pages went through it.
        Assert.InRange(LogFileLength, 1, 1000 * 4120);
        Assert.True(store.Counters.Checkpoints > 4);
        Assert.Equal(0, store.Counters.FailedCheckpoints);
    }

    [Fact]
    public async Task Database_holds_all_by_itself_when_nothing_was_appended_for_a_while()
    {
        var clock = new ManualTimer();
        await using var store = Open(options => options with { TimeProvider = clock });
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        clock.Fire();
        Assert.Equal(0, store.Counters.Checkpoints);
        clock.Fire();
        Assert.Equal(1, store.Counters.Checkpoints);
        File.Copy(Database, _folder.File("copy.db"));
        await using (var copy = SqliteEventStore.Open(new SqliteStoreOptions { Path = _folder.File("copy.db") }))
            Assert.Equal(log.Last, (await copy.ReadAsync(log.Id, 0, BlockFilter.All, 1 << 20, Cancellation)).Last);

        clock.Fire();
        Assert.Equal(1, store.Counters.Checkpoints);
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
    }

    [Fact]
    public async Task Log_file_has_its_size_before_it_is_needed_and_zeros_in_it_are_no_events()
    {
        var log = new SomeLog();
        var store = Open(options => options with { Durability = SqliteDurability.Full });
        await store.AppendAsync(log.Next(), Cancellation);
        Assert.True(LogFileLength >= 64 * 1024);
        await store.AppendAsync(log.Next(), Cancellation);

        // As a crash leaves them: the file and its log, whose end is zeros.
        foreach (var end in new[] { "", "-wal" }) File.Copy(Database + end, _folder.File("crashed.db" + end));
        await using (var crashed = SqliteEventStore.Open(new SqliteStoreOptions { Path = _folder.File("crashed.db") }))
        {
            Assert.Equal(log.Last, (await crashed.ReadAsync(log.Id, 0, BlockFilter.All, 1 << 20, Cancellation)).Last);
            Assert.Equal(AppendStatus.Appended, (await crashed.AppendAsync(log.Next(), Cancellation)).Status);
        }

        await store.DisposeAsync();
    }

    private SqliteEventStore Open(Func<SqliteStoreOptions, SqliteStoreOptions>? change = null)
    {
        var options = new SqliteStoreOptions { Path = Database, Durability = SqliteDurability.Off, BusyTimeout = TimeSpan.Zero };
        return SqliteEventStore.Open(change is null ? options : change(options));
    }

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class ManualTimer : TimeProvider
    {
        private Action? _fire;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return new Handle();
        }

        public void Fire() => _fire!();

        private sealed class Handle : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
