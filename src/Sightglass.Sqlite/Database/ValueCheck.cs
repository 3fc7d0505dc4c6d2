using System.Buffers.Binary;

namespace Sightglass.Sqlite.Database;

/// <summary>The checksums of a value, one for each piece, so that a range of it can be checked by itself.</summary>
internal static class ValueCheck
{
    public const int PieceBytes = 64 * 1024;

    public static byte[] Of(ReadOnlySpan<byte> value)
    {
        var sums = new byte[(value.Length + PieceBytes - 1) / PieceBytes * sizeof(uint)];
        for (var i = 0; i * PieceBytes < value.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(sums.AsSpan(i * sizeof(uint)), Crc32C.Append(0, Piece(value, i)));
        return sums;
    }

    /// <summary>Tells whether bytes that begin with a piece are what was stored.</summary>
    public static bool Holds(ReadOnlySpan<byte> bytes, int firstPiece, ReadOnlySpan<byte> sums)
    {
        for (var i = 0; i * PieceBytes < bytes.Length; i++)
        {
            var sum = sums[Math.Min((firstPiece + i) * sizeof(uint), sums.Length)..];
            if (sum.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(sum) != Crc32C.Append(0, Piece(bytes, i))) return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes, int index) =>
        bytes.Slice(index * PieceBytes, Math.Min(PieceBytes, bytes.Length - (index * PieceBytes)));
}
