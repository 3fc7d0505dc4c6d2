using System.Buffers.Binary;

namespace Sightglass.Sqlite.Repair;

/// <summary>The committed pages of a write-ahead log that are not in the database yet, read without SQLite, which would
/// change the files.</summary>
internal static class WalOverlay
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377f0682;

    /// <summary>Finds the newest committed content of each page.</summary>
    /// <returns>The place of each page's content in the file, and the database's size in pages; empty where there is no log.</returns>
    public static (Dictionary<uint, long> Pages, uint PageCount) Read(FileStream file, int pageSize)
    {
        var committed = new Dictionary<uint, long>();
        uint pageCount = 0;
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes) return (committed, 0);
        var magic = Number(header, 0);
        if ((magic & ~1u) != Magic || Number(header, 8) != pageSize) return (committed, 0);
        var bigEndian = (magic & 1) == 1;
        var sum = Checksum((0, 0), header.AsSpan(0, 24), bigEndian);
        if (sum != (Number(header, 24), Number(header, 28))) return (committed, 0);
        var open = new Dictionary<uint, long>();
        var frame = new byte[FrameHeaderBytes + pageSize];
        for (long at = HeaderBytes; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; at += frame.Length)
        {
            // What follows the last frame of this log is left of an earlier one; a frame that is torn ends it as well.
            if (Number(frame, 8) != Number(header, 16) || Number(frame, 12) != Number(header, 20)) break;
            sum = Checksum(Checksum(sum, frame.AsSpan(0, 8), bigEndian), frame.AsSpan(FrameHeaderBytes), bigEndian);
            if (sum != (Number(frame, 16), Number(frame, 20))) break;
            open[Number(frame, 0)] = at + FrameHeaderBytes;
            if (Number(frame, 4) is not (> 0 and var size)) continue;
            pageCount = size;
            foreach (var (page, place) in open) committed[page] = place;
            open.Clear();
        }

        return (committed, pageCount);
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    private static (uint One, uint Two) Checksum((uint One, uint Two) sum, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var (one, two) = sum;
        for (var i = 0; i < bytes.Length; i += 8)
        {
            one += Word(bytes[i..], bigEndian) + two;
            two += Word(bytes[(i + 4)..], bigEndian) + one;
        }

        return (one, two);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
