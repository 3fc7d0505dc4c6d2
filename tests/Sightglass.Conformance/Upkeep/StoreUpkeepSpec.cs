using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.Upkeep;

/// <summary>What every <see cref="IStoreUpkeep"/> owes its callers. An adapter inherits this and says how to open one.</summary>
public abstract class StoreUpkeepSpec
{
    private static readonly ErasureRequest ByAda = new(SomeLog.Epoch.AddDays(1), "ada", "asked for by its owner");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens an empty store that is both. The spec disposes it.</summary>
    protected abstract IEventStore Create();

    [Fact]
    public async Task Execution_is_gone_whole_when_erased()
    {
        await using var store = Create();
        var (kept, gone) = (await EndedAsync(store), new SomeLog());
        var value = SomeLog.Value(200_000);
        await store.AppendAsync(gone.Next(padding: 5000) with { Values = [value] }, Cancellation);
        for (var i = 0; i < 300; i++) await store.AppendAsync(gone.Next(BlockKind.Report, padding: 3000), Cancellation);
        await EndAsync(store, gone);
        var outcome = await Upkeep(store).EraseAsync(gone.Id, ByAda, Cancellation);

        Assert.Equal(new EraseOutcome(EraseStatus.Erased, 1), outcome);
        var page = await store.ReadAsync(gone.Id, 0, BlockFilter.All, int.MaxValue, Cancellation);
        Assert.Equal((0, 0L), (page.Blocks.Count, page.Last));
        Assert.Null(await store.ReadValueAsync(value.Reference, 0, 1, Cancellation));
        Assert.Equal(kept.Id, Assert.Single((await store.ListAsync(new ExecutionQuery { IncludeChildren = true }, Cancellation)).Items).Summary.Id);
        Assert.All(await store.ReadFromPositionAsync(0, int.MaxValue, Cancellation), block => Assert.Equal(kept.Id, block.ExecutionId));
        Assert.Equal(AppendStatus.Unknown, (await store.AppendAsync(gone.Peek(), Cancellation)).Status);
        Assert.Equal(0, await store.ClaimAsync(gone.Id, Cancellation));
    }

    [Fact]
    public async Task Tombstone_says_who_erased_it_and_when()
    {
        await using var store = Create();
        var log = await EndedAsync(store);
        Assert.Null(await Upkeep(store).FindTombstoneAsync(log.Id, Cancellation));
        await Upkeep(store).EraseAsync(log.Id, ByAda, Cancellation);

        Assert.Equal(
            new Tombstone(log.Id, ByAda.At, "ada", "asked for by its owner", "deploy", "default"),
            await Upkeep(store).FindTombstoneAsync(log.Id, Cancellation));
        Assert.Null(await Upkeep(store).FindTombstoneAsync(SomeLog.NewId(), Cancellation));
    }

    [Fact]
    public async Task Tombstones_are_forgotten_by_age_and_nothing_else_is()
    {
        await using var store = Create();
        var logs = new List<SomeLog>();
        for (var i = 0; i < 4; i++)
        {
            logs.Add(await EndedAsync(store));
            if (i < 3) await Upkeep(store).EraseAsync(logs[i].Id, ByAda with { At = ByAda.At.AddHours(i) }, Cancellation);
        }

        Assert.Equal(0, await Upkeep(store).ForgetTombstonesAsync(ByAda.At, Cancellation));
        Assert.Equal(2, await Upkeep(store).ForgetTombstonesAsync(ByAda.At.AddHours(2), Cancellation));
        Assert.Equal(0, await Upkeep(store).ForgetTombstonesAsync(ByAda.At.AddHours(2), Cancellation));

        Assert.Null(await Upkeep(store).FindTombstoneAsync(logs[1].Id, Cancellation));
        Assert.NotNull(await Upkeep(store).FindTombstoneAsync(logs[2].Id, Cancellation));
        Assert.Equal(EraseStatus.Unknown, (await Upkeep(store).EraseAsync(logs[0].Id, ByAda, Cancellation)).Status);
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(new SomeLog { Summary = logs[0].Summary }.Next(), Cancellation)).Status);
        Assert.Equal(2, (await store.ReadAsync(logs[3].Id, 0, BlockFilter.All, int.MaxValue, Cancellation)).Last);
    }

    [Fact]
    public async Task Id_is_not_given_out_again_when_erased()
    {
        await using var store = Create();
        var log = await EndedAsync(store);
        await Upkeep(store).EraseAsync(log.Id, ByAda, Cancellation);
        var again = new SomeLog { Summary = log.Summary };

        Assert.Equal(AppendStatus.Conflict, (await store.AppendAsync(again.Next(), Cancellation)).Status);
        Assert.Equal(EraseStatus.AlreadyErased, (await Upkeep(store).EraseAsync(log.Id, ByAda, Cancellation)).Status);
    }

    [Theory]
    [InlineData(ExecutionStatus.Queued)]
    [InlineData(ExecutionStatus.Running)]
    [InlineData(ExecutionStatus.Paused)]
    public async Task Execution_stays_when_it_has_not_ended(ExecutionStatus status)
    {
        await using var store = Create();
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        await store.AppendAsync(log.Next(log.Summary with { Status = status }), Cancellation);

        Assert.Equal(new EraseOutcome(EraseStatus.NotEnded, 0), await Upkeep(store).EraseAsync(log.Id, ByAda, Cancellation));
        Assert.Equal(2, (await store.ReadAsync(log.Id, 0, BlockFilter.All, int.MaxValue, Cancellation)).Last);
        Assert.Equal(EraseStatus.Unknown, (await Upkeep(store).EraseAsync(SomeLog.NewId(), ByAda, Cancellation)).Status);
    }

    [Fact]
    public async Task Children_go_with_their_parent_and_not_alone()
    {
        await using var store = Create();
        var parent = await EndedAsync(store);
        var children = new List<SomeLog>();
        for (var i = 0; i < 150; i++) children.Add(await EndedAsync(store, parent.Id));
        var grandchild = await EndedAsync(store, children[7].Id);
        var stranger = await EndedAsync(store);

        Assert.Equal(new EraseOutcome(EraseStatus.IsChild, 0), await Upkeep(store).EraseAsync(children[3].Id, ByAda, Cancellation));
        Assert.Equal(new EraseOutcome(EraseStatus.Erased, 152), await Upkeep(store).EraseAsync(parent.Id, ByAda, Cancellation));
        Assert.Equal("ada", (await Upkeep(store).FindTombstoneAsync(grandchild.Id, Cancellation))?.By);
        Assert.Equal(stranger.Id, Assert.Single((await store.ListAsync(new ExecutionQuery { IncludeChildren = true }, Cancellation)).Items).Summary.Id);
    }

    [Fact]
    public async Task Family_stays_when_a_grandchild_has_not_ended()
    {
        await using var store = Create();
        var parent = await EndedAsync(store);
        var child = await EndedAsync(store, parent.Id);
        var open = new SomeLog();
        open.Summary = open.Summary with { ParentId = child.Id };
        await store.AppendAsync(open.Next(), Cancellation);

        Assert.Equal(EraseStatus.NotEnded, (await Upkeep(store).EraseAsync(parent.Id, ByAda, Cancellation)).Status);
        Assert.Equal(3, (await store.ListAsync(new ExecutionQuery { IncludeChildren = true }, Cancellation)).Items.Count);
    }

    [Fact]
    public async Task Value_stays_as_long_as_somebody_has_stored_it()
    {
        await using var store = Create();
        var value = SomeLog.Value(70_000);
        var (one, two) = (await EndedAsync(store, values: [value]), await EndedAsync(store, values: [value]));

        await Upkeep(store).EraseAsync(one.Id, ByAda, Cancellation);
        Assert.Equal(value.Bytes.ToArray(), (await store.ReadValueAsync(value.Reference, 0, int.MaxValue, Cancellation))!.Value.ToArray());
        await Upkeep(store).EraseAsync(two.Id, ByAda, Cancellation);
        Assert.Null(await store.ReadValueAsync(value.Reference, 0, 1, Cancellation));
        await EndedAsync(store, values: [value]);
        Assert.NotNull(await store.ReadValueAsync(value.Reference, 0, 1, Cancellation));
    }

    [Fact]
    public async Task Value_is_there_for_every_log_that_stored_it_while_others_were_erased()
    {
        await using var store = Create();
        var values = Enumerable.Range(0, 4).Select(seed => SomeLog.Value(3000, seed)).ToArray();
        var old = new List<SomeLog>();
        for (var i = 0; i < 40; i++) old.Add(await EndedAsync(store, values: [values[i % 4]]));
        var written = Task.Run(async () =>
        {
            var logs = new List<(SomeLog Log, StoredValue Value)>();
            for (var i = 0; i < 60; i++) logs.Add((await EndedAsync(store, values: [values[i % 4]]), values[i % 4]));
            return logs;
        });
        foreach (var log in old) Assert.Equal(EraseStatus.Erased, (await Upkeep(store).EraseAsync(log.Id, ByAda, Cancellation)).Status);
        var kept = await written;

        Assert.Equal(60, kept.Count);
        foreach (var (log, value) in kept)
        {
            Assert.Equal(log.Written, (await store.ReadAsync(log.Id, 0, BlockFilter.All, int.MaxValue, Cancellation)).Blocks.SelectMany(b => b.Bytes.ToArray()));
            Assert.Equal(value.Bytes.ToArray(), (await store.ReadValueAsync(value.Reference, 0, int.MaxValue, Cancellation))!.Value.ToArray());
        }
    }

    [Fact]
    public async Task Reader_by_position_passes_over_what_was_erased()
    {
        await using var store = Create();
        var (first, gone, last) = (await EndedAsync(store), await EndedAsync(store), await EndedAsync(store));
        await Upkeep(store).EraseAsync(gone.Id, ByAda, Cancellation);
        await Upkeep(store).EraseAsync(last.Id, ByAda, Cancellation);
        var later = await EndedAsync(store);

        // A cursor that stands on a position which is gone goes on behind it.
        for (var cursor = 0L; cursor <= 6; cursor++)
        {
            var seen = await store.ReadFromPositionAsync(cursor, int.MaxValue, Cancellation);
            Assert.Equal(new[] { 1L, 2, 7, 8 }.Where(position => position > cursor), seen.Select(block => block.Position));
            Assert.All(seen, block => Assert.Contains(block.ExecutionId, new[] { first.Id, later.Id }));
        }

        Assert.Equal(1, (await store.ReadFromPositionAsync(0, 1, Cancellation))[0].Position);
        Assert.Equal(7, (await store.ReadFromPositionAsync(2, 1, Cancellation))[0].Position);
    }

    [Fact]
    public async Task Ended_ones_are_listed_by_number_and_by_age()
    {
        await using var store = Create();
        var logs = new List<SomeLog>();
        for (var i = 0; i < 10; i++) logs.Add(await EndedAsync(store, created: SomeLog.Epoch.AddMinutes(i), status: (ExecutionStatus)(3 + (i % 3))));
        await EndedAsync(store, logs[0].Id, SomeLog.Epoch.AddHours(-1));
        await EndedAsync(store, pipeline: "other");
        var running = new SomeLog(SomeLog.Epoch.AddHours(-2));
        await store.AppendAsync(running.Next(), Cancellation);
        var ids = logs.Select(log => log.Id).ToList();
        var all = new EndedQuery { PipelineId = "deploy" };

        // Each ended half a minute after it was created.
        Assert.Equal(["deploy", "other"], await Upkeep(store).ListPipelinesAsync(Cancellation));
        Assert.Equal(ids, await ListAsync(all));
        Assert.Equal(ids[..3], await ListAsync(all with { Limit = 3 }));
        Assert.Equal(ids[..6], await ListAsync(all with { BeyondNewest = 4 }));
        Assert.Equal(ids[..2], await ListAsync(all with { BeyondNewest = 4, Limit = 2 }));
        Assert.Equal(ids, await ListAsync(all with { BeyondNewest = 0 }));
        Assert.Empty(await ListAsync(all with { BeyondNewest = 10 }));
        Assert.Empty(await ListAsync(all with { BeyondNewest = 1000 }));
        Assert.Equal(ids[..3], await ListAsync(all with { EndedBefore = SomeLog.Epoch.AddMinutes(3) }));
        Assert.Equal(ids[..3], await ListAsync(all with { EndedBefore = SomeLog.Epoch.AddMinutes(3.5) }));
        Assert.Equal(ids[..6], await ListAsync(all with { EndedBefore = SomeLog.Epoch.AddMinutes(3), BeyondNewest = 4 }));
        Assert.Equal(ids[..8], await ListAsync(all with { EndedBefore = SomeLog.Epoch.AddMinutes(8), BeyondNewest = 4 }));
        Assert.Empty(await ListAsync(all with { PipelineId = "unknown" }));
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(all with { Limit = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(all with { BeyondNewest = -1 }));

        Task<IReadOnlyList<Guid>> ListAsync(EndedQuery query) => Upkeep(store).ListEndedAsync(query, Cancellation).AsTask();
    }

    protected static IStoreUpkeep Upkeep(IEventStore store) => Assert.IsType<IStoreUpkeep>(store, exactMatch: false);

    /// <summary>A log of two blocks that has ended.</summary>
    protected static async Task<SomeLog> EndedAsync(
        IEventStore store, Guid? parent = null, DateTimeOffset? created = null, string pipeline = "deploy", ExecutionStatus status = ExecutionStatus.Completed, StoredValue[]? values = null)
    {
        var log = new SomeLog(created);
        log.Summary = log.Summary with { ParentId = parent, PipelineId = pipeline };
        await store.AppendAsync(log.Next() with { Values = values ?? [] }, Cancellation);
        await EndAsync(store, log, status);
        return log;
    }

    private static async Task EndAsync(IEventStore store, SomeLog log, ExecutionStatus status = ExecutionStatus.Completed)
    {
        var outcome = await store.AppendAsync(log.Next(log.Summary with { Status = status, EndedAt = log.Summary.CreatedAt.AddMinutes(0.5) }), Cancellation);
        Assert.Equal(AppendStatus.Appended, outcome.Status);
    }
}
