using System.Buffers.Binary;
using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Database;

/// <summary>The checksum of a block: of its bytes and of where they belong, so that a row in the wrong place is found as well.</summary>
internal static class BlockCheck
{
    public static long Of(long position, long execution, long firstSeq, int count, BlockKind kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = stackalloc byte[32];
        BinaryPrimitives.WriteInt64LittleEndian(place, position);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], execution);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], firstSeq);
        BinaryPrimitives.WriteInt32LittleEndian(place[24..], count);
        BinaryPrimitives.WriteInt32LittleEndian(place[28..], (int)kind);
        return Crc32C.Append(Crc32C.Append(0, place), bytes);
    }
}
