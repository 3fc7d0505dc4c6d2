using Sightglass.Core.Ports;
using Xunit;

namespace Sightglass.Conformance.RecordStores;

/// <content>What is refused, the same by all.</content>
public abstract partial class RecordStoreSpec
{
    public static TheoryData<string, string> MalformedKeys => new()
    {
        { "empty organisation", "organisation" },
        { "empty collection", "collection" },
        { "empty key", "key" },
        { "long organisation", "129 bytes" },
        { "long collection", "65 bytes" },
        { "long key", "513 bytes" },
        { "long key of few characters", "514 bytes" },
        { "NUL", "U+0000" },
        { "line break", "U+000A" },
        { "half a pair", "half a surrogate pair" },
    };

    [Theory]
    [MemberData(nameof(MalformedKeys))]
    public async Task Key_is_refused_by_exception_when_malformed(string fault, string message)
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var bad = fault switch
        {
            "empty organisation" => KeyOf("a", organization: ""),
            "empty collection" => KeyOf("a", collection: ""),
            "empty key" => KeyOf(""),
            "long organisation" => KeyOf("a", organization: new string('o', 129)),
            "long collection" => KeyOf("a", collection: new string('c', 65)),
            "long key" => KeyOf(new string('k', 513)),
            "long key of few characters" => KeyOf(new string('ä', 257)),
            "NUL" => KeyOf("a\0b"),
            "line break" => KeyOf("a\nb"),
            _ => KeyOf("a\ud83c"),
        };

        var write = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await records.WriteAsync([Put(bad, "1")], Cancellation));
        var append = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await store.AppendAsync(new SomeLog().Peek() with { Records = [Put(bad, "1")] }, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await records.GetAsync(bad, Cancellation));
        Assert.Contains(message, write.Message, StringComparison.Ordinal);
        Assert.Equal(write.Message, append.Message);
    }

    [Fact]
    public async Task Longest_names_are_accepted()
    {
        await using var store = Create();
        var key = KeyOf(new string('ä', 256), new string('c', 64), new string('o', 128));
        Assert.True((await RecordsOf(store).WriteAsync([Put(key, "1")], Cancellation)).IsWritten);
        Assert.Equal("1", await TextAsync(RecordsOf(store), key));
    }

    [Fact]
    public async Task Writes_are_refused_by_exception_when_too_many_too_large_or_contradictory()
    {
        await using var store = Create();
        var records = RecordsOf(store);
        var large = new byte[RecordWrite.MaxBytes + 1];
        List<RecordWrite>[] refused =
        [
            [],
            [new RecordWrite(KeyOf("a"), RecordWrite.AnyVersion, large)],
            [Put(KeyOf("a"), "1"), Put(KeyOf("b"), "1"), Put(KeyOf("a"), "2")],
            [Put(KeyOf("a"), "1", -2)],
            [.. Enumerable.Range(0, 1001).Select(i => Put(KeyOf($"{i}"), "1"))],
            [.. Enumerable.Range(0, 17).Select(i => new RecordWrite(KeyOf($"{i}"), RecordWrite.AnyVersion, large.AsMemory(1)))],
        ];
        foreach (var writes in refused) await Assert.ThrowsAnyAsync<ArgumentException>(async () => await records.WriteAsync(writes, Cancellation));

        Assert.Empty(await KeysAsync(records, All()));
        Assert.True((await records.WriteAsync([new RecordWrite(KeyOf("a"), RecordWrite.AnyVersion, large.AsMemory(1))], Cancellation)).IsWritten);
    }

    [Fact]
    public async Task Query_is_refused_by_exception_when_malformed()
    {
        await using var store = Create();
        RecordQuery[] refused =
        [
            All(0), All(1001), All(prefix: new string('p', 513)), All(prefix: "a\0"), All() with { After = "" }, All() with { After = new string('p', 513) },
            All(collection: ""), All() with { Organization = "" },
        ];
        foreach (var query in refused) await Assert.ThrowsAnyAsync<ArgumentException>(async () => await RecordsOf(store).ListAsync(query, Cancellation));
    }
}
