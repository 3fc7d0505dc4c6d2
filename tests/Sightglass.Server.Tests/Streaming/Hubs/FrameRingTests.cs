using System.Globalization;
using System.Text;
using Sightglass.Core.Ports;
using Sightglass.Server.Streaming.Hubs;
using Xunit;

namespace Sightglass.Server.Tests.Streaming.Hubs;

public sealed class FrameRingTests
{
    private static readonly Guid Id = Guid.Parse("0197a0c2-0000-7000-8000-000000000001");

    [Fact]
    public void Ring_gives_the_block_that_goes_on_from_a_cursor()
    {
        var ring = new FrameRing();
        ring.Add(Block(11, 3));
        ring.Add(Block(14, 2));

        Assert.Null(ring.Find(9));
        Assert.Equal(0, ring.Find(10));
        Assert.Equal(0, ring.Find(12));
        Assert.Equal(1, ring.Find(13));
        Assert.Equal(2, ring.Find(15));
        Assert.Equal(14, ring.Get(1)!.Block.FirstSeq);
        Assert.Null(ring.Get(2));
    }

    [Fact]
    public void Ring_keeps_a_bounded_number_of_blocks()
    {
        var ring = new FrameRing();
        for (var i = 1; i <= 1100; i++) ring.Add(Block(i, 1));

        Assert.Null(ring.Get(75));
        Assert.Equal(77, ring.Get(76)!.Block.FirstSeq);
        Assert.Equal(1100, ring.Get(1099)!.Block.LastSeq);
        Assert.Null(ring.Find(70));
        Assert.Equal(1100, ring.Next);
    }

    [Fact]
    public void Ring_keeps_a_bounded_number_of_bytes()
    {
        var ring = new FrameRing();
        for (var i = 1; i <= 10; i++) ring.Add(Block(i, 1, 300 * 1024));

        Assert.Equal([8L, 9, 10], Enumerable.Range(0, 10).Select(n => ring.Get(n)?.Block.FirstSeq).OfType<long>());
    }

    [Fact]
    public void Viewer_is_sent_to_the_store_when_the_ring_does_not_go_back_to_its_cursor()
    {
        using var hub = new ExecutionHub(Id, last: 10);
        var viewer = hub.Add(watcher: null);

        Assert.Null(viewer.Next(4, out var isBehind));
        Assert.True(isBehind);
        Assert.Null(viewer.Next(10, out isBehind));
        Assert.False(isBehind);
        hub.Ring.Add(Block(11, 2));
        Assert.Equal(11, viewer.Next(10, out _)!.Block.FirstSeq);
        Assert.Null(viewer.Next(12, out isBehind));
        Assert.False(isBehind);

        // The ring has gone round meanwhile.
        for (var i = 13; i < 1200; i++) hub.Ring.Add(Block(i, 1));
        Assert.Null(viewer.Next(12, out _));
        Assert.Equal(1199, viewer.Next(1198, out _)!.Block.FirstSeq);
    }

    [Fact]
    public void Block_is_encoded_once_for_all_viewers()
    {
        var ring = new FrameRing();
        ring.Add(Block(11, 2));
        var chunk = ring.Get(0)!;

        Assert.Equal("id: 11\ndata: {\"seq\":11}\n\nid: 12\ndata: {\"seq\":12}\n\n", Encoding.UTF8.GetString(chunk.Sse));
        Assert.True(chunk.Sse == chunk.Sse);
    }

    private static EventBlock Block(long first, int count, int pad = 0)
    {
        var lines = new StringBuilder();
        for (var seq = first; seq < first + count; seq++) lines.Append(CultureInfo.InvariantCulture, $"{{\"seq\":{seq}}}").Append(' ', pad).Append('\n');
        return new EventBlock(first, Id, BlockKind.Report, first, count, Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
