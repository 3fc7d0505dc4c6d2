using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <summary>What every <see cref="IEventStore"/> owes its callers. An adapter inherits this and says how to open one.</summary>
public abstract partial class EventStoreSpec
{
    protected const int AnySize = int.MaxValue;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens an empty store. The spec disposes it.</summary>
    protected abstract IEventStore Create();

    /// <summary>Reads a log to its end, page by page.</summary>
    protected static async Task<byte[]> ReadAllAsync(IEventStore store, Guid id, int maxBytes = 1000)
    {
        var bytes = new List<byte>();
        for (long after = 0; ;)
        {
            var page = await store.ReadAsync(id, after, BlockFilter.All, maxBytes, Cancellation);
            if (page.Blocks.Count == 0) return [.. bytes];
            foreach (var block in page.Blocks)
            {
                Assert.Equal(after + 1, block.FirstSeq);
                Assert.Equal(id, block.ExecutionId);
                bytes.AddRange(block.Bytes.Span);
                after = block.LastSeq;
            }
        }
    }

    protected static async Task<SomeLog> StartAsync(IEventStore store, int events = 1)
    {
        var log = new SomeLog();
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(count: events), Cancellation)).Status);
        return log;
    }

    private static async Task AssertUnchangedAsync(IEventStore store, SomeLog log)
    {
        Assert.Equal(log.Written, await ReadAllAsync(store, log.Id));
        var all = await store.ReadFromPositionAsync(0, AnySize, Cancellation);
        Assert.Equal(log.Last, all.Where(block => block.ExecutionId == log.Id).Sum(block => block.Count));
        var item = Assert.Single((await store.ListAsync(new ExecutionQuery { Id = log.Id }, Cancellation)).Items);
        Assert.Equal(log.Summary.Status, item.Summary.Status);
        Assert.Equal(log.Last, item.LastSeq);
    }

    [Fact]
    public async Task Log_reads_back_byte_for_byte_when_appended_in_several_blocks()
    {
        await using var store = Create();
        var log = new SomeLog();
        for (var i = 1; i <= 20; i++)
        {
            var outcome = await store.AppendAsync(log.Next(i % 3 == 0 ? BlockKind.Decision : BlockKind.Report, i, i * 7), Cancellation);
            Assert.Equal(AppendStatus.Appended, outcome.Status);
            Assert.Equal(log.Last, outcome.Last);
        }

        Assert.Equal(log.Written, await ReadAllAsync(store, log.Id));
    }

    [Fact]
    public async Task Append_keeps_kind_and_order_when_it_holds_several_blocks()
    {
        await using var store = Create();
        var log = new SomeLog();
        var append = log.Peek() with
        {
            Blocks =
            [
                SomeLog.Block(BlockKind.Decision, 1, 2),
                SomeLog.Block(BlockKind.Report, 3, 5),
                SomeLog.Block(BlockKind.Decision, 8, 1),
            ],
        };
        var outcome = await store.AppendAsync(append, Cancellation);
        var page = await store.ReadAsync(log.Id, 0, BlockFilter.All, AnySize, Cancellation);

        Assert.Equal(8, outcome.Last);
        Assert.Equal(outcome.Position, page.Blocks[^1].Position);
        Assert.Equal([1L, 3, 8], page.Blocks.Select(block => block.FirstSeq));
        Assert.Equal([2L, 7, 8], page.Blocks.Select(block => block.LastSeq));
        Assert.Equal([BlockKind.Decision, BlockKind.Report, BlockKind.Decision], page.Blocks.Select(block => block.Kind));
        Assert.Equal(append.Blocks.SelectMany(block => block.Bytes.ToArray()), page.Blocks.SelectMany(block => block.Bytes.ToArray()));
    }

    [Fact]
    public async Task Block_stays_as_it_was_when_the_caller_reuses_its_buffer()
    {
        await using var store = Create();
        var log = new SomeLog();
        var buffer = SomeLog.Block(BlockKind.Decision, 1, 1).Bytes.ToArray();
        var expected = buffer.ToArray();
        await store.AppendAsync(log.Peek() with { Blocks = [new AppendBlock(BlockKind.Decision, 1, 1, buffer)] }, Cancellation);
        Array.Fill(buffer, (byte)'!');

        Assert.Equal(expected, await ReadAllAsync(store, log.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Append_conflicts_and_leaves_nothing_behind_when_the_log_ends_elsewhere(long expectedLast)
    {
        await using var store = Create();
        var log = await StartAsync(store, 2);
        var value = SomeLog.Value(100);
        var outcome = await store.AppendAsync(
            new Append
            {
                ExecutionId = log.Id,
                Epoch = 1,
                ExpectedLast = expectedLast,
                Blocks = [SomeLog.Block(BlockKind.Decision, expectedLast + 1, 1)],
                Values = [value],
                Summary = log.Summary with { Status = ExecutionStatus.Failed },
            },
            Cancellation);

        Assert.Equal(new AppendOutcome(AppendStatus.Conflict, 2, 0), outcome);
        await AssertUnchangedAsync(store, log);
        Assert.Null(await store.ReadValueAsync(value.Reference, 0, 100, Cancellation));
    }

    [Fact]
    public async Task Creation_conflicts_when_the_execution_exists()
    {
        await using var store = Create();
        var log = await StartAsync(store, 3);
        var again = log.Peek() with { ExpectedLast = 0, Blocks = [SomeLog.Block(BlockKind.Decision, 1, 1)], Summary = log.Summary with { PipelineName = "Other" } };

        Assert.Equal(new AppendOutcome(AppendStatus.Conflict, 3, 0), await store.AppendAsync(again, Cancellation));
        await AssertUnchangedAsync(store, log);
    }

    [Fact]
    public async Task Append_is_fenced_and_leaves_nothing_behind_when_another_owner_claimed()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        Assert.Equal(2, await store.ClaimAsync(log.Id, Cancellation));
        var late = log.Peek() with { Values = [SomeLog.Value(50)], Summary = log.Summary with { Status = ExecutionStatus.Running } };

        Assert.Equal(new AppendOutcome(AppendStatus.Fenced, 1, 0), await store.AppendAsync(late, Cancellation));
        await AssertUnchangedAsync(store, log);
        Assert.Null(await store.ReadValueAsync(late.Values[0].Reference, 0, 100, Cancellation));
    }

    [Fact]
    public async Task Append_is_fenced_rather_than_in_conflict_when_both_moved()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        var late = log.Peek();
        log.Owner = await store.ClaimAsync(log.Id, Cancellation);
        await store.AppendAsync(log.Next(), Cancellation);

        Assert.Equal(new AppendOutcome(AppendStatus.Fenced, 2, 0), await store.AppendAsync(late, Cancellation));
    }

    [Fact]
    public async Task Append_is_fenced_when_its_epoch_was_never_given_out()
    {
        await using var store = Create();
        var log = await StartAsync(store);

        Assert.Equal(AppendStatus.Fenced, (await store.AppendAsync(log.Peek() with { Epoch = 9 }, Cancellation)).Status);
    }

    [Fact]
    public async Task New_owner_appends_when_it_has_claimed()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        log.Owner = await store.ClaimAsync(log.Id, Cancellation);

        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
        Assert.Equal(log.Owner + 1, await store.ClaimAsync(log.Id, Cancellation));
        await AssertUnchangedAsync(store, log);
    }

    [Fact]
    public async Task Claim_gives_0_when_the_execution_is_unknown()
    {
        await using var store = Create();
        Assert.Equal(0, await store.ClaimAsync(SomeLog.NewId(), Cancellation));
    }

    [Fact]
    public async Task Append_is_unknown_when_the_execution_does_not_exist()
    {
        await using var store = Create();
        var append = new SomeLog().Peek() with { ExpectedLast = 1, Blocks = [SomeLog.Block(BlockKind.Decision, 2, 1)] };

        Assert.Equal(new AppendOutcome(AppendStatus.Unknown, 0, 0), await store.AppendAsync(append, Cancellation));
        Assert.Empty(await store.ReadFromPositionAsync(0, AnySize, Cancellation));
        Assert.Empty((await store.ListAsync(new ExecutionQuery(), Cancellation)).Items);
    }

    public static TheoryData<string> Malformed => ["no blocks", "gap", "empty block", "no line end", "no events", "no summary", "epoch 2", "other summary", "reference"];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Append_is_refused_by_exception_when_malformed(string fault)
    {
        await using var store = Create();
        var good = new SomeLog().Peek();
        var bad = fault switch
        {
            "no blocks" => good with { Blocks = [] },
            "gap" => good with { Blocks = [good.Blocks[0], SomeLog.Block(BlockKind.Report, 3, 1)] },
            "empty block" => good with { Blocks = [new AppendBlock(BlockKind.Decision, 1, 1, default)] },
            "no line end" => good with { Blocks = [new AppendBlock(BlockKind.Decision, 1, 1, "{}"u8.ToArray())] },
            "no events" => good with { Blocks = [good.Blocks[0] with { Count = 0 }] },
            "no summary" => good with { Summary = null },
            "epoch 2" => good with { Epoch = 2 },
            "other summary" => good with { Summary = SomeLog.SummaryOf(SomeLog.NewId()) },
            _ => good with { Values = [new StoredValue("sha256:" + new string('A', 64), new byte[] { 1 })] },
        };

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.AppendAsync(bad, Cancellation));
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(good, Cancellation)).Status);
    }

    [Fact]
    public async Task Calls_end_and_leave_nothing_behind_when_cancelled_before()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.AppendAsync(log.Peek(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ClaimAsync(log.Id, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ReadFromPositionAsync(0, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ReadValueAsync(SomeLog.Value(1).Reference, 0, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ListAsync(new ExecutionQuery(), cancelled));
        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next(), Cancellation)).Status);
        await AssertUnchangedAsync(store, log);
    }

    [Fact]
    public async Task Calls_throw_when_the_store_is_disposed()
    {
        var store = Create();
        var log = await StartAsync(store);
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.AppendAsync(log.Peek(), Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ClaimAsync(log.Id, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ReadFromPositionAsync(0, 1, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ReadValueAsync(SomeLog.Value(1).Reference, 0, 1, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ListAsync(new ExecutionQuery(), Cancellation));
    }
}
