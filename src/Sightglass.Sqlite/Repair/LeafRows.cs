using System.Buffers.Binary;

namespace Sightglass.Sqlite.Repair;

/// <summary>Reads the rows of tables page by page, whatever leads to the pages: a damaged page costs its own rows alone.</summary>
internal sealed class LeafRows(PageFile file)
{
    private const byte LeafOfTable = 13;
    private const long MaxPayload = 1L << 31;

    private readonly byte[] _page = new byte[file.PageSize];
    private readonly byte[] _overflow = new byte[file.PageSize];

    /// <summary>Reads the rows of one page; none where it is no leaf of a table, or damaged beyond reading.</summary>
    public List<(int Cell, RawRow Row)> Of(uint page)
    {
        var rows = new List<(int, RawRow)>();
        var cells = Cells(page);
        for (var i = 0; i < cells; i++)
            if (Cell(page, i) is { } row) rows.Add((i, row));
        return rows;
    }

    /// <summary>Reads a row again.</summary>
    public RawRow? Of(uint page, int cell) => cell < Cells(page) ? Cell(page, cell) : null;

    /// <summary>Collects the pages that the database does not use: what stands on them was deleted.</summary>
    public HashSet<uint> Free()
    {
        var free = new HashSet<uint>();
        if (!file.Read(1, _page)) return free;
        var trunk = Number(32);
        var count = Number(36);
        while (trunk != 0)
        {
            if (!free.Add(trunk) || !file.Read(trunk, _page)) return [];
            var leaves = Number(4);
            if (leaves > (file.Usable / 4) - 2) return [];
            for (var i = 0; i < leaves; i++) free.Add(Number(8 + (i * 4)));
            trunk = Number(0);
        }

        // A chain that is damaged would hide pages that are in use.
        return free.Count == count ? free : [];
    }

    private uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(_page.AsSpan(at));

    private int Cells(uint page)
    {
        if (!file.Read(page, _page)) return 0;
        var header = page == 1 ? 100 : 0;
        if (_page[header] != LeafOfTable) return 0;
        var cells = BinaryPrimitives.ReadUInt16BigEndian(_page.AsSpan(header + 3));
        return header + 8 + (cells * 2) <= file.Usable ? cells : 0;
    }

    // The page stands in _page.
    private RawRow? Cell(uint page, int index)
    {
        int at = BinaryPrimitives.ReadUInt16BigEndian(_page.AsSpan((page == 1 ? 100 : 0) + 8 + (index * 2)));
        var content = _page.AsSpan(0, file.Usable);
        if (at >= content.Length || !RawRow.TryVarint(content, ref at, out var size) || !RawRow.TryVarint(content, ref at, out var key)) return null;
        if (size is <= 0 or > MaxPayload || size > (long)file.Count * file.PageSize) return null;
        var local = LocalBytes(size);
        if (at + local > content.Length) return null;
        var payload = new byte[size];
        content.Slice(at, local).CopyTo(payload);
        if (local == size) return RawRow.Parse(key, payload);
        if (at + local + 4 > content.Length) return null;
        var next = BinaryPrimitives.ReadUInt32BigEndian(content[(at + local)..]);
        for (var filled = local; filled < size;)
        {
            if (!file.Read(next, _overflow)) return null;
            var piece = (int)Math.Min(size - filled, file.Usable - 4);
            _overflow.AsSpan(4, piece).CopyTo(payload.AsSpan(filled));
            filled += piece;
            next = BinaryPrimitives.ReadUInt32BigEndian(_overflow);
        }

        return RawRow.Parse(key, payload);
    }

    private int LocalBytes(long size)
    {
        var most = file.Usable - 35;
        if (size <= most) return (int)size;
        var least = ((file.Usable - 12) * 32 / 255) - 23;
        var kept = least + (int)((size - least) % (file.Usable - 4));
        return kept <= most ? kept : least;
    }
}
