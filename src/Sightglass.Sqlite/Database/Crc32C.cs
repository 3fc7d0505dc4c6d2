using System.Buffers.Binary;
using System.Numerics;

namespace Sightglass.Sqlite.Database;

/// <summary>The checksum CRC-32C (Castagnoli), by the processor's instruction where there is one.</summary>
internal static class Crc32C
{
    /// <summary>Goes on from a sum with further bytes; 0 begins.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~sum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
