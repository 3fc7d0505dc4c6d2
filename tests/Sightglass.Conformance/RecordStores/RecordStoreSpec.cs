using System.Text;
using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.RecordStores;

/// <summary>What every <see cref="IRecordStore"/> owes its callers. An adapter inherits this and says how to open one.</summary>
public abstract partial class RecordStoreSpec
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ManualClock Clock { get; } = new(SomeLog.Epoch);

    /// <summary>Opens an empty pair of stores, one object, on <see cref="Clock"/>. The spec disposes it.</summary>
    protected abstract IEventStore Create();

    private static IRecordStore RecordsOf(IEventStore store) => Assert.IsType<IRecordStore>(store, exactMatch: false);

    private static RecordKey KeyOf(string key, string collection = "things", string organization = "default") => new(organization, collection, key);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static RecordWrite Put(RecordKey key, string text, long expected = RecordWrite.AnyVersion, DateTimeOffset? expires = null) =>
        new(key, expected, Bytes(text), expires);

    private static RecordWrite Delete(RecordKey key, long expected = RecordWrite.AnyVersion) => new(key, expected, null);

    private static async Task<string?> TextAsync(IRecordStore records, RecordKey key) =>
        await records.GetAsync(key, Cancellation) is { } record ? Encoding.UTF8.GetString(record.Bytes.Span) : null;

    private static async Task<string[]> KeysAsync(IRecordStore records, RecordQuery query)
    {
        var keys = new List<string>();
        for (RecordQuery? next = query; next is not null;)
        {
            var page = await records.ListAsync(next, Cancellation);
            Assert.InRange(page.Items.Count, 0, query.Limit);
            keys.AddRange(page.Items.Select(record => record.Key.Key));
            next = page.Next is { } after ? query with { After = after } : null;
        }

        return [.. keys];
    }

    private static RecordQuery All(int limit = 100, string prefix = "", string collection = "things") =>
        new() { Organization = "default", Collection = collection, Prefix = prefix, Limit = limit };

    [Fact]
    public async Task Record_reads_back_as_written_and_is_absent_when_deleted()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var key = KeyOf("größe 🌍/1");
        var end = SomeLog.Epoch.AddHours(2);
        Assert.Null(await records.GetAsync(key, Cancellation));

        var written = await records.WriteAsync([Put(key, "one", RecordWrite.Absent, end)], Cancellation);
        Assert.True(written.IsWritten);
        var record = await records.GetAsync(key, Cancellation);
        Assert.NotNull(record);
        Assert.Equal((key, written.Version, end), (record.Key, record.Version, record.ExpiresAt!.Value));
        Assert.Equal("one", Encoding.UTF8.GetString(record.Bytes.Span));

        Assert.True((await records.WriteAsync([Delete(key, written.Version)], Cancellation)).IsWritten);
        Assert.Null(await records.GetAsync(key, Cancellation));
        Assert.True((await records.WriteAsync([Delete(key)], Cancellation)).IsWritten);
    }

    [Fact]
    public async Task Record_may_be_empty()
    {
        await using var store = Create();
        await RecordsOf(store).WriteAsync([Put(KeyOf("a"), "")], Cancellation);

        Assert.Equal("", await TextAsync(RecordsOf(store), KeyOf("a")));
    }

    [Fact]
    public async Task Record_stays_as_it_was_when_the_caller_reuses_its_buffer()
    {
        await using var store = Create();
        var buffer = Bytes("before").ToArray();
        await RecordsOf(store).WriteAsync([new RecordWrite(KeyOf("a"), RecordWrite.AnyVersion, buffer)], Cancellation);
        Array.Fill(buffer, (byte)'!');

        Assert.Equal("before", await TextAsync(RecordsOf(store), KeyOf("a")));
    }

    [Fact]
    public async Task Write_conflicts_and_changes_nothing_when_a_version_is_another()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var first = await records.WriteAsync([Put(KeyOf("a"), "1"), Put(KeyOf("b"), "1")], Cancellation);
        var second = await records.WriteAsync([Put(KeyOf("a"), "2", first.Version)], Cancellation);
        Assert.True(second.Version > first.Version);

        RecordWrite[] wrong = [Put(KeyOf("a"), "3", first.Version), Put(KeyOf("a"), "3", RecordWrite.Absent), Put(KeyOf("a"), "3", 99), Delete(KeyOf("a"), first.Version), Put(KeyOf("none"), "3", first.Version)];
        foreach (var write in wrong)
            Assert.Equal(new RecordOutcome(0, write.Key), await records.WriteAsync([Put(KeyOf("b"), "3", first.Version), Put(KeyOf("c"), "3"), write], Cancellation));

        Assert.Equal("2", await TextAsync(records, KeyOf("a")));
        Assert.Equal("1", await TextAsync(records, KeyOf("b")));
        Assert.Equal(["a", "b"], await KeysAsync(records, All()));
    }

    [Fact]
    public async Task Version_is_never_given_out_again_when_a_record_is_deleted_and_written_anew()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var first = await records.WriteAsync([Put(KeyOf("a"), "1")], Cancellation);
        await records.WriteAsync([Delete(KeyOf("a"))], Cancellation);
        var second = await records.WriteAsync([Put(KeyOf("a"), "1")], Cancellation);

        Assert.True(second.Version > first.Version);
        Assert.False((await records.WriteAsync([Put(KeyOf("a"), "2", first.Version)], Cancellation)).IsWritten);
    }

    [Fact]
    public async Task Same_key_is_another_record_in_another_collection_or_organisation()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        RecordKey[] keys = [KeyOf("a"), KeyOf("a", "thing"), KeyOf("a", "thingss"), KeyOf("a", "things", "other"), KeyOf("A")];
        foreach (var key in keys) await records.WriteAsync([Put(key, key.ToString(), RecordWrite.Absent)], Cancellation);

        foreach (var key in keys) Assert.Equal(key.ToString(), await TextAsync(records, key));
        Assert.Equal(["A", "a"], await KeysAsync(records, All()));
        Assert.Equal(["a"], await KeysAsync(records, All(collection: "thing")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task List_gives_every_record_once_in_order_of_code_points(int limit)
    {
        await using var store = Create();
        var records = RecordsOf(store);
        string[] ordered = ["A", "a", "a!", "a/1", "a/10", "a/2", "ab", "b", "ä", "\uFFFD", "\U0001F30D", "\U0001F30Dx"];
        foreach (var key in ordered.Reverse()) await records.WriteAsync([Put(KeyOf(key), key)], Cancellation);

        Assert.Equal(ordered, await KeysAsync(records, All(limit)));
        Assert.Equal(["a/1", "a/10", "a/2"], await KeysAsync(records, All(limit, "a/")));
        Assert.Equal(["\U0001F30D", "\U0001F30Dx"], await KeysAsync(records, All(limit, "\U0001F30D")));
        Assert.Empty(await KeysAsync(records, All(limit, "a/3")));
        Assert.Equal(["ä", "\uFFFD", "\U0001F30D", "\U0001F30Dx"], await KeysAsync(records, All(limit) with { After = "bb" }));
    }

    [Fact]
    public async Task Page_ends_early_when_its_records_are_large()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var large = new byte[RecordWrite.MaxBytes];
        for (var i = 0; i < 6; i++) await records.WriteAsync([new RecordWrite(KeyOf($"{i}"), RecordWrite.Absent, large)], Cancellation);

        var page = await records.ListAsync(All(), Cancellation);
        Assert.Equal((4, "3"), (page.Items.Count, page.Next));
        Assert.Equal(6, (await KeysAsync(records, All())).Length);
    }

    [Fact]
    public async Task Record_is_absent_for_every_member_when_it_has_expired()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var mortal = await records.WriteAsync([Put(KeyOf("a"), "old", expires: SomeLog.Epoch.AddMinutes(1)), Put(KeyOf("b"), "stays")], Cancellation);
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("old", await TextAsync(records, KeyOf("a")));
        Assert.False((await records.WriteAsync([Put(KeyOf("a"), "new", RecordWrite.Absent)], Cancellation)).IsWritten);

        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await TextAsync(records, KeyOf("a")));
        Assert.Equal(["b"], await KeysAsync(records, All()));
        Assert.False((await records.WriteAsync([Put(KeyOf("a"), "new", mortal.Version)], Cancellation)).IsWritten);
        Assert.True((await records.WriteAsync([Put(KeyOf("a"), "new", RecordWrite.Absent)], Cancellation)).IsWritten);
        Clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal("new", await TextAsync(records, KeyOf("a")));
    }

    [Fact]
    public async Task Calls_end_and_leave_nothing_behind_when_cancelled_before()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await records.WriteAsync([Put(KeyOf("a"), "1")], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await records.GetAsync(KeyOf("a"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await records.ListAsync(All(), cancelled));
        Assert.Empty(await KeysAsync(records, All()));
    }

    [Fact]
    public async Task Calls_throw_when_the_store_is_disposed()
    {
        var store = Create();
        var records = RecordsOf(store);
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await records.WriteAsync([Put(KeyOf("a"), "1")], Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await records.GetAsync(KeyOf("a"), Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await records.ListAsync(All(), Cancellation));
    }
}
