using System.Security.Cryptography;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Repair;

/// <summary>Finds everything that is whole in a database, page by page, without relying on what leads from one page to
/// the next. Rows are known by their shape; blocks by their checksum and values by their hash.</summary>
internal sealed class DatabaseScan
{
    private static readonly byte[] ReferenceStart = "sha256:"u8.ToArray();

    private readonly LeafRows _rows;

    private DatabaseScan(PageFile file) => _rows = new LeafRows(file);

    /// <summary>Gets what was found by the store's number of the execution, deleted ones left out.</summary>
    public Dictionary<long, FoundLog> Logs { get; } = [];

    /// <summary>Gets the page and cell of each value by its reference.</summary>
    public Dictionary<string, (uint Page, int Cell)> Values { get; } = new(StringComparer.Ordinal);

    public List<RawRow> Tombstones { get; } = [];

    public List<RawRow> Records { get; } = [];

    public long LastPosition { get; private set; }

    public bool IsEmpty => Logs.Count == 0 && Values.Count == 0 && Tombstones.Count == 0 && Records.Count == 0;

    /// <summary>Reads the whole file.</summary>
    public static DatabaseScan Of(PageFile file)
    {
        var scan = new DatabaseScan(file);
        var free = scan._rows.Free();
        for (uint page = 1; page <= file.Count; page++)
        {
            if (free.Contains(page)) continue;
            foreach (var (cell, row) in scan._rows.Of(page)) scan.Take(page, cell, row);
        }

        foreach (var tombstone in scan.Tombstones) scan.Logs.Remove(tombstone.Key);
        foreach (var log in scan.Logs.Values) log.Judge();
        return scan;
    }

    /// <summary>Reads a row again that was found before.</summary>
    public RawRow Row(uint page, int cell) => _rows.Of(page, cell) ?? throw new IOException("The file changed while it was read.");

    /// <summary>Says what is damaged.</summary>
    public DamageReport Report(string path) => new()
    {
        Database = path,
        Whole = Logs.Values.Count(log => log.IsWhole),
        Damaged = [.. Logs.Values.Where(log => !log.IsWhole).Select(log => new DamagedExecution(log.Id, log.PipelineId, log.KeptThrough, log.Lost)).OrderBy(found => found.Id)],
        LostValues = [.. Logs.Values.SelectMany(log => log.References).Where(reference => !Values.ContainsKey(reference)).Distinct().Order(StringComparer.Ordinal)],
    };

    private void Take(uint page, int cell, RawRow row)
    {
        if (row.Columns < 2 || !row.IsNull(0)) return;
        switch (row.Columns)
        {
            case 3 when row.IsNumber(1) && row.IsNumber(2):
                var log = Log(row.Key);
                log.Head = Math.Max(log.Head, row.Number(2));
                break;
            case 3 when row.IsBlob(1) && row.IsBlob(2):
                var bytes = row.Bytes(2).Span;
                if (SHA256.HashData(bytes).AsSpan().SequenceEqual(row.Bytes(1).Span)) Values[ValueReference.Of(bytes)] = (page, cell);
                break;
            case 6 or 7 when row.IsNumber(1) && row.IsNumber(2) && row.IsNumber(3) && row.IsNumber(4) && row.IsBlob(5):
                TakeBlock(page, cell, row);
                break;
            case 7 or 8 when row.IsBlob(1) && row.Bytes(1).Length == 16 && row.IsNumber(2) && row.IsText(3) && (row.IsText(4) || row.IsNull(4)) && row.IsText(5) && row.IsText(6):
                if (IsSoundTombstone(row)) Tombstones.Add(row);
                break;
            case 7 when row.IsText(1) && row.IsText(2) && row.IsText(3) && row.IsNumber(4) && (row.IsNumber(5) || row.IsNull(5)) && row.IsBlob(6):
                Records.Add(row);
                break;
            case 12 when row.IsBlob(1) && row.Bytes(1).Length == 16 && row.IsText(7):
                Log(row.Key).Name(new Guid(row.Bytes(1).Span, bigEndian: true), row.Text(7));
                break;
        }
    }

    private static bool IsSoundTombstone(RawRow row) =>
        row.Columns < 8 || !row.IsNumber(7) || row.Number(7) == TombstoneCheck.Of(new Guid(row.Bytes(1).Span, bigEndian: true), row.Number(2), row.Text(3), row.NullableText(4), row.Text(5), row.Text(6));

    private void TakeBlock(uint page, int cell, RawRow row)
    {
        var (execution, firstSeq, count, kind, bytes) = (row.Number(1), row.Number(2), row.Number(3), row.Number(4), row.Bytes(5));
        if (firstSeq < 1 || count is < 1 or > int.MaxValue || kind is not (0 or 1)) return;
        var isSound = row.Columns == 7 && row.IsNumber(6)
            ? row.Number(6) == BlockCheck.Of(row.Key, execution, firstSeq, (int)count, (BlockKind)kind, bytes.Span)
            : IsPlausible(firstSeq, count, bytes.Span);
        if (!isSound) return;
        var log = Log(execution);
        log.Add(new FoundBlock(row.Key, firstSeq, (int)count, (BlockKind)kind, page, cell));
        log.Learn(bytes, firstSeq);
        CollectReferences(bytes.Span, log.References);
        LastPosition = Math.Max(LastPosition, row.Key);
    }

    // Blocks of versions without checksums: as many lines as they say, the first with their number.
    private static bool IsPlausible(long firstSeq, long count, ReadOnlySpan<byte> bytes)
    {
        Span<byte> start = stackalloc byte[32];
        "{\"seq\":"u8.CopyTo(start);
        System.Buffers.Text.Utf8Formatter.TryFormat(firstSeq, start[7..], out var digits);
        return bytes.StartsWith(start[..(7 + digits)]) && bytes[^1] == (byte)'\n' && System.MemoryExtensions.Count(bytes, (byte)'\n') == count;
    }

    // An object's member, not a text that looks like one: a quotation mark within a text is escaped.
    private static void CollectReferences(ReadOnlySpan<byte> bytes, HashSet<string> found)
    {
        const int HexDigits = 64;
        while (bytes.IndexOf(ReferenceStart) is var at and >= 0)
        {
            var end = at + ReferenceStart.Length + HexDigits;
            if ((bytes[..at].EndsWith("\"ref\":\""u8) || bytes[..at].EndsWith("\"definitionHash\":\""u8)) && end <= bytes.Length && ValueReference.TryParse(System.Text.Encoding.ASCII.GetString(bytes[at..end]), out _))
                found.Add(System.Text.Encoding.ASCII.GetString(bytes[at..end]));
            bytes = bytes[(at + ReferenceStart.Length)..];
        }
    }

    private FoundLog Log(long execution)
    {
        if (!Logs.TryGetValue(execution, out var log)) Logs[execution] = log = new FoundLog();
        return log;
    }
}
