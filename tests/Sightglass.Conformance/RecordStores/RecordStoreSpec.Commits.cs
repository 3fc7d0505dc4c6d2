using System.Globalization;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.RecordStores;

/// <content>One commit with an append, and many callers at once.</content>
public abstract partial class RecordStoreSpec
{
    [Fact]
    public async Task Records_are_written_with_the_append_that_carries_them()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var log = new SomeLog();
        var created = await store.AppendAsync(log.Next() with { Records = [Put(KeyOf("a"), "1", RecordWrite.Absent)] }, Cancellation);
        Assert.Equal(AppendStatus.Appended, created.Status);
        var version = (await records.GetAsync(KeyOf("a"), Cancellation))!.Version;

        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(log.Next() with { Records = [Delete(KeyOf("a"), version), Put(KeyOf("b"), "2")] }, Cancellation)).Status);
        Assert.Equal(["b"], await KeysAsync(records, All()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_is_refused_and_leaves_nothing_behind_when_a_record_is_in_conflict(bool creating)
    {
        await using var store = Create();
        var records = RecordsOf(store);
        await records.WriteAsync([Put(KeyOf("taken"), "first")], Cancellation);
        var log = new SomeLog();
        if (!creating) await store.AppendAsync(log.Next(), Cancellation);
        var value = SomeLog.Value(100);
        var append = log.Peek() with { Values = [value], Records = [Put(KeyOf("free"), "1"), Put(KeyOf("taken"), "second", RecordWrite.Absent)] };

        var outcome = await store.AppendAsync(append, Cancellation);
        Assert.Equal(new AppendOutcome(AppendStatus.RecordConflict, log.Last, 0) { Record = KeyOf("taken") }, outcome);
        Assert.Equal(log.Last, (await store.ReadAsync(log.Id, 0, BlockFilter.All, 1000, Cancellation)).Last);
        Assert.Null(await store.ReadValueAsync(value.Reference, 0, 1, Cancellation));
        Assert.Equal(["taken"], await KeysAsync(records, All()));
        Assert.Equal("first", await TextAsync(records, KeyOf("taken")));

        Assert.Equal(AppendStatus.Appended, (await store.AppendAsync(append with { Records = [] }, Cancellation)).Status);
    }

    [Fact]
    public async Task Log_that_stands_elsewhere_is_told_first_when_a_record_is_in_conflict_too()
    {
        await using var store = Create();
        var log = new SomeLog();
        var append = log.Next() with { Records = [Put(KeyOf("a"), "1", RecordWrite.Absent)] };
        await store.AppendAsync(append, Cancellation);

        // The same append again, as by an owner who never got the answer.
        Assert.Equal(new AppendOutcome(AppendStatus.Conflict, 1, 0), await store.AppendAsync(append, Cancellation));
        var late = log.Peek() with { Records = append.Records };
        Assert.Equal(new AppendOutcome(AppendStatus.Conflict, 1, 0), await store.AppendAsync(late with { ExpectedLast = 4, Blocks = [SomeLog.Block(BlockKind.Decision, 5, 1)] }, Cancellation));
        Assert.Equal(new AppendOutcome(AppendStatus.Fenced, 1, 0), await store.AppendAsync(late with { Epoch = 2 }, Cancellation));
        var unknown = new SomeLog().Peek() with { ExpectedLast = 1, Blocks = [SomeLog.Block(BlockKind.Decision, 2, 1)], Records = append.Records };
        Assert.Equal(new AppendOutcome(AppendStatus.Unknown, 0, 0), await store.AppendAsync(unknown, Cancellation));
    }

    [Fact]
    public async Task Records_are_not_written_when_the_log_refuses_the_append()
    {
        await using var store = Create();
        var log = new SomeLog();
        await store.AppendAsync(log.Next(), Cancellation);
        var append = log.Peek() with { Epoch = 2, Records = [Put(KeyOf("a"), "1")] };

        Assert.Equal(AppendStatus.Fenced, (await store.AppendAsync(append, Cancellation)).Status);
        Assert.Null(await TextAsync(RecordsOf(store), KeyOf("a")));
    }

    [Fact]
    public async Task Exactly_one_append_wins_when_many_race_for_a_record()
    {
        await using var store = Create();
        var logs = Enumerable.Range(0, 16).Select(_ => new SomeLog()).ToList();
        var outcomes = await Task.WhenAll(logs.Select((log, i) => Task.Run(
            async () => await store.AppendAsync(log.Peek() with { Records = [Put(KeyOf("a"), $"{i}", RecordWrite.Absent)] }, Cancellation))));

        var winner = Assert.Single(Enumerable.Range(0, 16), i => outcomes[i].Status == AppendStatus.Appended);
        Assert.Equal(15, outcomes.Count(outcome => outcome.Status == AppendStatus.RecordConflict));
        Assert.Equal($"{winner}", await TextAsync(RecordsOf(store), KeyOf("a")));
        Assert.Single((await store.ListAsync(new ExecutionQuery(), Cancellation)).Items);
    }

    [Fact]
    public async Task No_update_is_lost_when_many_write_by_version()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        await records.WriteAsync([Put(KeyOf("count"), "0")], Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var record = (await records.GetAsync(KeyOf("count"), Cancellation))!;
                var next = int.Parse(System.Text.Encoding.UTF8.GetString(record.Bytes.Span), CultureInfo.InvariantCulture) + 1;
                if ((await records.WriteAsync([Put(KeyOf("count"), $"{next}", record.Version)], Cancellation)).IsWritten) done++;
            }
        })));

        Assert.Equal("200", await TextAsync(records, KeyOf("count")));
    }
}
