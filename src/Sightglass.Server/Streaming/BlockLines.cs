using Sightglass.Core.Ports;

namespace Sightglass.Server.Streaming;

/// <summary>Walks over the encoded events of a block that stand after a cursor.</summary>
internal ref struct BlockLines
{
    private ReadOnlySpan<byte> _rest;

    public BlockLines(EventBlock block, long after)
    {
        _rest = block.Bytes.Span;
        Seq = block.FirstSeq - 1;
        while (Seq < after && MoveNext())
        {
        }
    }

    /// <summary>Gets the sequence of the line; lines of a block have no gaps.</summary>
    public long Seq { get; private set; }

    /// <summary>Gets the event without its line end.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Gets what stands after the line.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool MoveNext()
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end < 0) return false;
        Line = _rest[..end];
        _rest = _rest[(end + 1)..];
        Seq++;
        return true;
    }
}
