using System.Text;

namespace Sightglass.Sqlite.Repair;

/// <summary>One row as it stands on a page: the key and the record behind it.</summary>
internal sealed class RawRow
{
    private readonly byte[] _payload;
    private readonly List<(long Type, int At)> _columns = [];

    private RawRow(long key, byte[] payload)
    {
        Key = key;
        _payload = payload;
    }

    public long Key { get; }

    public int Columns => _columns.Count;

    /// <summary>Reads the record; <see langword="null"/> where the bytes are none.</summary>
    public static RawRow? Parse(long key, byte[] payload)
    {
        var row = new RawRow(key, payload);
        var at = 0;
        if (!TryVarint(payload, ref at, out var headerBytes) || headerBytes > payload.Length || headerBytes < at) return null;
        long content = headerBytes;
        while (at < headerBytes)
        {
            if (!TryVarint(payload, ref at, out var type) || type < 0 || type is 10 or 11) return null;
            row._columns.Add((type, (int)content));
            content += SizeOf(type);
            if (content > payload.Length) return null;
        }

        return at == headerBytes && content == payload.Length ? row : null;
    }

    public bool IsNull(int column) => _columns[column].Type == 0;

    public bool IsNumber(int column) => _columns[column].Type is (>= 1 and <= 6) or 8 or 9;

    public bool IsBlob(int column) => _columns[column].Type >= 12 && _columns[column].Type % 2 == 0;

    public bool IsText(int column) => _columns[column].Type >= 13 && _columns[column].Type % 2 == 1;

    public long Number(int column)
    {
        var (type, at) = _columns[column];
        if (type is 8 or 9) return type - 8;
        var bytes = _payload.AsSpan(at, (int)SizeOf(type));
        long value = (sbyte)bytes[0];
        foreach (var b in bytes[1..]) value = (value << 8) | b;
        return value;
    }

    public ReadOnlyMemory<byte> Bytes(int column)
    {
        var (type, at) = _columns[column];
        return _payload.AsMemory(at, (int)SizeOf(type));
    }

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column).Span);

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    public static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (var i = 0; i < 9; i++)
        {
            if (at >= bytes.Length) return false;
            var b = bytes[at++];
            if (i == 8)
            {
                value = (value << 8) | b;
                return true;
            }

            value = (value << 7) | (uint)(b & 0x7f);
            if (b < 0x80) return true;
        }

        return false;
    }

    private static long SizeOf(long type) => type switch
    {
        <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        8 or 9 => 0,
        _ => (type - 12) / 2,
    };
}
