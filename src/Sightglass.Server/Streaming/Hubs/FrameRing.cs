using Sightglass.Core.Ports;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>The newest blocks of a log, shared by all its viewers, who hold nothing but numbers of it. One writer; readers
/// need no lock.</summary>
internal sealed class FrameRing
{
    private readonly FrameChunk?[] _slots = new FrameChunk?[StreamLimits.RingBlocks];
    private int _bytes;
    private long _first;
    private long _next;

    /// <summary>Gets the number that the next block will have.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Adds a block; the oldest go where there are too many. The writer's own.</summary>
    public void Add(EventBlock block)
    {
        _bytes += block.Bytes.Length;
        while (_next - _first >= _slots.Length || (_bytes > StreamLimits.RingBytes && _next > _first)) DropFirst();
        Volatile.Write(ref _slots[_next % _slots.Length], new FrameChunk(_next, block));
        Volatile.Write(ref _next, _next + 1);
    }

    /// <summary>Gets a block by its number; nothing where it is no longer there, or not yet.</summary>
    public FrameChunk? Get(long number) => Volatile.Read(ref _slots[number % _slots.Length]) is { } chunk && chunk.Number == number ? chunk : null;

    /// <summary>Finds the block that goes on from a cursor.</summary>
    /// <returns>Its number; <see langword="null"/> where the ring does not go back that far.</returns>
    public long? Find(long after)
    {
        var next = Next;
        for (var number = next - 1; number >= 0 && Get(number) is { } chunk; number--)
        {
            if (chunk.Block.LastSeq <= after) return number + 1;
            if (chunk.Block.FirstSeq <= after + 1) return number;
        }

        return null;
    }

    private void DropFirst()
    {
        ref var slot = ref _slots[_first % _slots.Length];
        _bytes -= slot!.Block.Bytes.Length;
        Volatile.Write(ref slot, null);
        _first++;
    }
}
