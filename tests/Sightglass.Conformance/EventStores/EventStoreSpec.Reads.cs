using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.EventStores;

/// <content>Reading logs, positions and values.</content>
public abstract partial class EventStoreSpec
{
    [Fact]
    public async Task Read_is_an_empty_page_when_the_execution_is_unknown()
    {
        await using var store = Create();
        var page = await store.ReadAsync(SomeLog.NewId(), 0, BlockFilter.All, AnySize, Cancellation);

        Assert.Empty(page.Blocks);
        Assert.Equal(0, page.Last);
        Assert.False(page.Ended);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 11)]
    [InlineData(14, 11)]
    [InlineData(29, 21)]
    public async Task Read_starts_with_the_block_that_holds_the_next_event_when_the_cursor_is_inside(long after, long firstSeq)
    {
        await using var store = Create();
        var log = await StartAsync(store, 10);
        await store.AppendAsync(log.Next(BlockKind.Report, 10), Cancellation);
        await store.AppendAsync(log.Next(BlockKind.Decision, 10), Cancellation);
        await StartAsync(store, 40);

        var page = await store.ReadAsync(log.Id, after, BlockFilter.All, AnySize, Cancellation);
        Assert.Equal(firstSeq, page.Blocks[0].FirstSeq);
        Assert.Equal(30, page.Blocks[^1].LastSeq);
        Assert.Equal(30, page.Last);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(long.MaxValue)]
    public async Task Read_is_empty_and_tells_the_last_event_when_the_cursor_is_at_the_end_or_beyond(long after)
    {
        await using var store = Create();
        var log = await StartAsync(store, 5);
        var page = await store.ReadAsync(log.Id, after, BlockFilter.All, AnySize, Cancellation);

        Assert.Empty(page.Blocks);
        Assert.Equal(5, page.Last);
    }

    [Fact]
    public async Task Read_throws_when_the_cursor_is_negative()
    {
        await using var store = Create();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.ReadAsync(SomeLog.NewId(), -1, BlockFilter.All, 1, Cancellation));
    }

    [Fact]
    public async Task Read_returns_decisions_alone_when_filtered()
    {
        await using var store = Create();
        var log = await StartAsync(store, 2);
        await store.AppendAsync(log.Next(BlockKind.Report, 3), Cancellation);
        await store.AppendAsync(log.Next(BlockKind.Decision, 2), Cancellation);
        await store.AppendAsync(log.Next(BlockKind.Report, 3), Cancellation);

        var page = await store.ReadAsync(log.Id, 0, BlockFilter.Decisions, AnySize, Cancellation);
        Assert.Equal([1L, 6], page.Blocks.Select(block => block.FirstSeq));
        Assert.Equal(10, page.Last);
        var rest = await store.ReadAsync(log.Id, 3, BlockFilter.Decisions, AnySize, Cancellation);
        Assert.Equal([6L], rest.Blocks.Select(block => block.FirstSeq));
    }

    [Fact]
    public async Task Page_ends_with_the_block_that_reaches_the_size()
    {
        await using var store = Create();
        var log = new SomeLog();
        for (var i = 0; i < 6; i++) await store.AppendAsync(log.Next(), Cancellation);
        var size = log.Peek().Blocks[0].Bytes.Length;

        Assert.Single((await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Blocks);
        Assert.Single((await store.ReadAsync(log.Id, 0, BlockFilter.All, size, Cancellation)).Blocks);
        Assert.Equal(2, (await store.ReadAsync(log.Id, 0, BlockFilter.All, size + 1, Cancellation)).Blocks.Count);
        Assert.Equal(2, (await store.ReadFromPositionAsync(0, 2 * size, Cancellation)).Count);
        Assert.Equal(log.Written, await ReadAllAsync(store, log.Id, 1));
    }

    [Fact]
    public async Task Page_tells_ended_when_the_status_is_terminal()
    {
        await using var store = Create();
        var log = await StartAsync(store);
        Assert.False((await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Ended);
        await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Failed }), Cancellation);
        Assert.True((await store.ReadAsync(log.Id, 99, BlockFilter.All, 1, Cancellation)).Ended);
        await store.AppendAsync(log.Next(log.Summary with { Status = ExecutionStatus.Running }), Cancellation);
        Assert.False((await store.ReadAsync(log.Id, 0, BlockFilter.All, 1, Cancellation)).Ended);
    }

    [Fact]
    public async Task Positions_rise_in_the_order_of_commits_when_logs_are_mixed()
    {
        await using var store = Create();
        var (a, b) = (new SomeLog(), new SomeLog());
        var positions = new List<long>();
        foreach (var log in new[] { a, b, b, a, b })
            positions.Add((await store.AppendAsync(log.Next(), Cancellation)).Position);

        var blocks = await store.ReadFromPositionAsync(0, AnySize, Cancellation);
        Assert.Equal(positions, blocks.Select(block => block.Position));
        Assert.Equal(positions.Order(), positions);
        Assert.True(positions[0] > 0);
        Assert.Equal([a.Id, b.Id, b.Id, a.Id, b.Id], blocks.Select(block => block.ExecutionId));
        var rest = await store.ReadFromPositionAsync(positions[2], AnySize, Cancellation);
        Assert.Equal(positions[3..], rest.Select(block => block.Position));
        Assert.Empty(await store.ReadFromPositionAsync(positions[^1], AnySize, Cancellation));
    }

    [Fact]
    public async Task Value_is_read_by_range_when_stored_with_an_append()
    {
        await using var store = Create();
        var value = SomeLog.Value(70_000);
        var log = new SomeLog();
        await store.AppendAsync(log.Next() with { Values = [value] }, Cancellation);

        Assert.Equal(value.Bytes.ToArray(), await RangeAsync(0, AnySize));
        Assert.Equal(value.Bytes[1000..5000].ToArray(), await RangeAsync(1000, 4000));
        Assert.Equal(value.Bytes[69_990..].ToArray(), await RangeAsync(69_990, 4000));
        Assert.Empty(await RangeAsync(70_000, 10));
        Assert.Empty(await RangeAsync(long.MaxValue, 10));
        Assert.Empty(await RangeAsync(5, 0));

        async Task<byte[]> RangeAsync(long offset, int length) =>
            (await store.ReadValueAsync(value.Reference, offset, length, Cancellation))!.Value.ToArray();
    }

    [Fact]
    public async Task Value_is_stored_once_when_several_executions_name_it()
    {
        await using var store = Create();
        var value = SomeLog.Value(300);
        var (a, b) = (new SomeLog(), new SomeLog());
        await store.AppendAsync(a.Next() with { Values = [value, value] }, Cancellation);
        await store.AppendAsync(b.Next() with { Values = [value] }, Cancellation);
        var again = await store.AppendAsync(a.Next() with { Values = [value, SomeLog.Value(10, 2)] }, Cancellation);

        Assert.Equal(AppendStatus.Appended, again.Status);
        Assert.Equal(value.Bytes.ToArray(), (await store.ReadValueAsync(value.Reference, 0, 300, Cancellation))!.Value.ToArray());
        Assert.NotNull(await store.ReadValueAsync(SomeLog.Value(10, 2).Reference, 0, 300, Cancellation));
    }

    [Fact]
    public async Task Value_of_10_megabytes_is_kept_and_read_from_its_end()
    {
        await using var store = Create();
        var value = SomeLog.Value(10 * 1024 * 1024);
        await store.AppendAsync(new SomeLog().Next() with { Values = [value] }, Cancellation);
        var tail = await store.ReadValueAsync(value.Reference, value.Bytes.Length - 5, 100, Cancellation);

        Assert.Equal(value.Bytes[^5..].ToArray(), tail!.Value.ToArray());
    }

    [Fact]
    public async Task Value_of_no_bytes_is_kept()
    {
        await using var store = Create();
        var value = SomeLog.Value(0);
        await store.AppendAsync(new SomeLog().Next() with { Values = [value] }, Cancellation);

        Assert.Equal(0, (await store.ReadValueAsync(value.Reference, 0, 1, Cancellation))!.Value.Length);
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("nonsense")]
    public async Task Value_is_null_when_unknown(string reference)
    {
        await using var store = Create();
        Assert.Null(await store.ReadValueAsync(reference, 0, 1, Cancellation));
    }

    [Fact]
    public async Task Value_read_throws_when_the_range_is_negative()
    {
        await using var store = Create();
        var reference = SomeLog.Value(1).Reference;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.ReadValueAsync(reference, -1, 1, Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.ReadValueAsync(reference, 0, -1, Cancellation));
    }
}
