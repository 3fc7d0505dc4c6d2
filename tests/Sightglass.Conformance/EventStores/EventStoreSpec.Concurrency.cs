using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <content>Many callers at once.</content>
public abstract partial class EventStoreSpec
{
    [Fact]
    public async Task Logs_are_whole_when_many_executions_append_at_once()
    {
        await using var store = Create();
        var logs = Enumerable.Range(0, 24).Select(_ => new SomeLog()).ToList();
        await Task.WhenAll(logs.Select((log, number) => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                var outcome = await store.AppendAsync(log.Next(i % 4 == 0 ? BlockKind.Decision : BlockKind.Report, 1 + ((number + i) % 3), i), Cancellation);
                Assert.Equal(AppendStatus.Appended, outcome.Status);
                var tail = await store.ReadAsync(log.Id, log.Last - 1, BlockFilter.All, AnySize, Cancellation);
                Assert.Equal(log.Last, tail.Last);
                Assert.Equal(outcome.Position, Assert.Single(tail.Blocks).Position);
            }
        })));

        foreach (var log in logs) Assert.Equal(log.Written, await ReadAllAsync(store, log.Id));
        var blocks = await store.ReadFromPositionAsync(0, AnySize, Cancellation);
        Assert.Equal(24 * 40, blocks.Count);
        Assert.Equal(blocks.Select(block => block.Position).Distinct().Order(), blocks.Select(block => block.Position));
    }

    [Fact]
    public async Task Appends_to_one_log_keep_their_order_when_issued_without_waiting()
    {
        await using var store = Create();
        var noise = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var other = new SomeLog();
            for (var i = 0; i < 50; i++) await store.AppendAsync(other.Next(BlockKind.Decision), Cancellation);
        })));
        var log = await StartAsync(store);
        var appends = new List<Task<AppendOutcome>>();
        for (var i = 0; i < 200; i++)
            appends.Add(store.AppendAsync(log.Next(i % 5 == 0 ? BlockKind.Decision : BlockKind.Report), Cancellation).AsTask());

        Assert.All(await Task.WhenAll(appends), outcome => Assert.Equal(AppendStatus.Appended, outcome.Status));
        Assert.Equal(log.Written, await ReadAllAsync(store, log.Id));
        await noise;
    }

    [Fact]
    public async Task One_of_two_owners_wins_each_event_when_they_race()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        var won = new int[2];
        await Task.WhenAll(Enumerable.Range(0, 2).Select(owner => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var epoch = await store.ClaimAsync(log.Id, Cancellation);
                var last = (await store.ReadAsync(log.Id, long.MaxValue, BlockFilter.All, 1, Cancellation)).Last;
                var append = new Append
                {
                    ExecutionId = log.Id,
                    Epoch = epoch,
                    ExpectedLast = last,
                    Blocks = [SomeLog.Block(BlockKind.Decision, last + 1, 1)],
                };
                var outcome = await store.AppendAsync(append, Cancellation);
                if (outcome.Status == AppendStatus.Appended) won[owner]++;
                else Assert.Contains(outcome.Status, new[] { AppendStatus.Fenced, AppendStatus.Conflict });
            }
        })));

        var page = await store.ReadAsync(log.Id, 0, BlockFilter.All, AnySize, Cancellation);
        Assert.Equal(1 + won.Sum(), page.Last);
        Assert.Equal(Enumerable.Range(1, (int)page.Last).Select(seq => (long)seq), page.Blocks.Select(block => block.FirstSeq));
    }

    [Fact]
    public async Task Exactly_one_creation_succeeds_when_many_race()
    {
        await using var store = Create();
        var log = new SomeLog();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await store.AppendAsync(log.Peek(), Cancellation))));

        Assert.Single(outcomes, outcome => outcome.Status == AppendStatus.Appended);
        Assert.Equal(15, outcomes.Count(outcome => outcome is { Status: AppendStatus.Conflict, Last: 1 }));
    }

    [Fact]
    public async Task Page_is_of_one_moment_when_the_log_grows_meanwhile()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        var writer = Task.Run(async () =>
        {
            // Ended at every even sequence.
            for (var i = 0; i < 200; i++)
                await store.AppendAsync(log.Next(log.Summary with { Status = log.Last % 2 == 1 ? ExecutionStatus.Failed : ExecutionStatus.Running }), Cancellation);
        });
        for (long after = 0; after < 201 && !writer.IsFaulted;)
        {
            var page = await store.ReadAsync(log.Id, after, BlockFilter.All, AnySize, Cancellation);
            Assert.Equal(page.Last, page.Blocks.Count == 0 ? after : page.Blocks[^1].LastSeq);
            Assert.Equal(page.Last % 2 == 0, page.Ended);
            after = page.Last;
        }

        await writer;
    }

    [Fact]
    public async Task Reader_by_position_misses_nothing_when_it_follows_running_appends()
    {
        await using var store = Create();
        var writers = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            var log = new SomeLog();
            for (var i = 0; i < 50; i++) await store.AppendAsync(log.Next(BlockKind.Report), Cancellation);
        })));
        var seen = new Dictionary<Guid, long>();
        long position = 0;
        for (var blocks = 0; blocks < 300;)
        {
            foreach (var block in await store.ReadFromPositionAsync(position, 500, Cancellation))
            {
                Assert.True(block.Position > position);
                Assert.Equal(seen.GetValueOrDefault(block.ExecutionId) + 1, block.FirstSeq);
                seen[block.ExecutionId] = block.LastSeq;
                position = block.Position;
                blocks++;
            }

            if (writers.IsFaulted) break;
        }

        await writers;
        Assert.All(seen.Values, last => Assert.Equal(50, last));
    }

    [Fact]
    public async Task Appends_succeed_or_vanish_whole_when_cancelled_at_any_moment()
    {
        await using var store = Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var log = await StartAsync(store);
            for (var i = 0; i < 60; i++)
            {
                using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                var append = store.AppendAsync(log.Peek(BlockKind.Report), source.Token);
                var cancelling = (i + seed) % 3 == 0 ? source.CancelAsync() : Task.CompletedTask;
                try
                {
                    var outcome = await append;
                    Assert.Equal(AppendStatus.Appended, outcome.Status);
                    log.Next(BlockKind.Report);
                }
                catch (OperationCanceledException)
                {
                    Assert.Equal(log.Last, (await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Last);
                }

                await cancelling;
            }

            Assert.Equal(log.Written, await ReadAllAsync(store, log.Id));
        })));
    }

    [Fact]
    public async Task Accepted_appends_complete_when_the_store_is_disposed_meanwhile()
    {
        var store = Create();
        var log = await StartAsync(store);
        var appends = Enumerable.Range(0, 50).Select(_ => store.AppendAsync(log.Next(BlockKind.Report), Cancellation).AsTask()).ToList();
        await store.DisposeAsync();

        Assert.All(await Task.WhenAll(appends), outcome => Assert.Equal(AppendStatus.Appended, outcome.Status));
    }
}
