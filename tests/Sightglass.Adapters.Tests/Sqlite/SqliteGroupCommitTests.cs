using Sightglass.Conformance;
using Sightglass.Core.Ports;
using Sightglass.Sqlite;
using Sightglass.Sqlite.Database;
using Xunit;

namespace Sightglass.Adapters.Tests.Sqlite;

/// <summary>How appends share commits. A second connection locks the database, so that a commit is under way for as long as a test wants.</summary>
public sealed class SqliteGroupCommitTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<Task<AppendOutcome>> _appends = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Appends_share_a_commit_when_they_wait_for_another()
    {
        await using var store = Open();
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            for (var i = 1; i <= 30; i++) Queue(store, new SomeLog().Next(), i);
            other.Execute("ROLLBACK");
        }

        Assert.All(await Task.WhenAll(_appends), outcome => Assert.Equal(AppendStatus.Appended, outcome.Status));
        Assert.Equal(2, store.Counters.Commits);
        Assert.Equal(31, store.Counters.Appends);
    }

    [Fact]
    public async Task Commit_is_split_when_what_waits_is_too_large()
    {
        var small = new SomeLog().Peek().Blocks[0].Bytes.Length;
        await using var store = Open(maxCommitBytes: 3 * small);
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            for (var i = 1; i <= 7; i++) Queue(store, new SomeLog().Next(), i);
            Queue(store, new SomeLog().Next(padding: 10_000), 8);
            other.Execute("ROLLBACK");
        }

        await Task.WhenAll(_appends);
        Assert.Equal(1 + 2 + 1 + 1, store.Counters.Commits);
    }

    [Fact]
    public async Task Decisions_go_first_when_reports_of_others_wait()
    {
        await using var store = Open();
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            Queue(store, Report(new SomeLog()), 1);
            Queue(store, Report(new SomeLog()), 2);
            Queue(store, new SomeLog().Next(BlockKind.Decision), 3);
            other.Execute("ROLLBACK");
        }

        var positions = (await Task.WhenAll(_appends)).Select(outcome => outcome.Position);
        Assert.Equal([1L, 3, 4, 2], positions);
    }

    [Fact]
    public async Task Decision_takes_earlier_reports_of_its_execution_along()
    {
        await using var store = Open();
        var log = new SomeLog();
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            Queue(store, Report(new SomeLog()), 1);
            Queue(store, Report(log), 2);
            Queue(store, log.Next(BlockKind.Report), 3);
            Queue(store, log.Next(BlockKind.Decision), 4);
            Queue(store, log.Next(BlockKind.Report), 5);
            other.Execute("ROLLBACK");
        }

        var positions = (await Task.WhenAll(_appends)).Select(outcome => outcome.Position);
        Assert.Equal([1L, 5, 2, 3, 4, 6], positions);
    }

    [Fact]
    public async Task Order_is_first_come_first_served_when_more_wait_than_are_ordered()
    {
        await using var store = Open(maxWaiting: 2);
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            Queue(store, Report(new SomeLog()), 1);
            Queue(store, Report(new SomeLog()), 2);
            Queue(store, new SomeLog().Next(BlockKind.Decision), 3);
            Queue(store, new SomeLog().Next(BlockKind.Decision), 4);
            other.Execute("ROLLBACK");
        }

        var positions = (await Task.WhenAll(_appends)).Select(outcome => outcome.Position);
        Assert.Equal([1L, 2, 3, 4, 5], positions);
    }

    [Fact]
    public async Task Refused_append_does_not_hurt_those_it_shares_a_commit_with()
    {
        await using var store = Open();
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            Queue(store, new SomeLog().Next(), 1);
            Queue(store, log.Peek() with { Epoch = 5 }, 2);
            Queue(store, log.Peek() with { ExpectedLast = 4, Blocks = [SomeLog.Block(BlockKind.Decision, 5, 1)] }, 3);
            Queue(store, log.Next(), 4);
            other.Execute("ROLLBACK");
        }

        Assert.Equal(
            [AppendStatus.Appended, AppendStatus.Appended, AppendStatus.Fenced, AppendStatus.Conflict, AppendStatus.Appended],
            (await Task.WhenAll(_appends)).Select(outcome => outcome.Status));
        Assert.Equal(3, store.Counters.Commits);
    }

    [Fact]
    public async Task Waiting_append_ends_at_once_when_cancelled()
    {
        await using var store = Open();
        using var source = new CancellationTokenSource();
        var log = new SomeLog();
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            var waiting = store.AppendAsync(log.Peek(), source.Token).AsTask();
            await source.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.Equal(source.Token, error.CancellationToken);
            Assert.Equal(0, store.Counters.Waiting);
            other.Execute("ROLLBACK");
        }

        await Task.WhenAll(_appends);
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
    }

    [Fact]
    public async Task Append_under_way_is_not_cancelled()
    {
        await using var store = Open();
        using var source = new CancellationTokenSource();
        using (var other = await HoldCommitAsync(store, source.Token))
        {
            await source.CancelAsync();
            other.Execute("ROLLBACK");
        }

        Assert.Equal(AppendStatus.Appended, (await _appends[0]).Status);
    }

    [Fact]
    public async Task Reads_go_on_when_a_commit_is_held_up()
    {
        await using var store = Open();
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        using (var other = await HoldCommitAsync(store, Cancellation))
        {
            Assert.Equal(1, (await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Last);
            Assert.Single((await store.ListAsync(new ExecutionQuery(), Cancellation)).Items);
            other.Execute("ROLLBACK");
        }

        await Task.WhenAll(_appends);
    }

    // A report to a log that exists only from this append on: creations need no decision.
    private static Append Report(SomeLog log) => log.Next(BlockKind.Report);

    private SqliteEventStore Open(int maxCommitBytes = 256 * 1024, int maxWaiting = 4096) => SqliteEventStore.Open(new SqliteStoreOptions
    {
        Path = _folder.File("log.db"),
        Durability = SqliteDurability.Off,
        BusyTimeout = TimeSpan.FromMinutes(1),
        MaxCommitBytes = maxCommitBytes,
        MaxWaiting = maxWaiting,
    });

    // Locks the database and starts an append, which then holds the baton and waits for the lock.
    private async Task<Connection> HoldCommitAsync(SqliteEventStore store, CancellationToken cancellationToken)
    {
        var other = Connection.Open(_folder.File("log.db"), readOnly: false, TimeSpan.Zero);
        other.Execute("BEGIN IMMEDIATE");
        _appends.Add(Task.Run(async () => await store.AppendAsync(new SomeLog().Next(), cancellationToken), Cancellation));
        while (!store.Committing) await Task.Yield();
        return other;
    }

    private void Queue(SqliteEventStore store, Append append, int number)
    {
        _appends.Add(store.AppendAsync(append, Cancellation).AsTask());
        Assert.Equal(number, store.Counters.Waiting);
    }
}
