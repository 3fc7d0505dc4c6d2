using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Reading;

/// <summary>Reads on one connection. One thread at a time; the <see cref="ReaderPool"/> sees to that.</summary>
internal sealed class LogReader : IDisposable
{
    // Reads the block that holds a sequence through the index: it is the last one that starts at or before it.
    private const string SelectBlocks = """
        SELECT position, kind, first_seq, count, bytes, crc, execution FROM blocks
        WHERE execution = ?1
          AND first_seq >= (SELECT max(first_seq) FROM blocks WHERE execution = ?1 AND first_seq <= ?2)
        """;

    private readonly Connection _connection;
    private readonly Statement _begin;
    private readonly Statement _end;
    private readonly Statement _head;
    private readonly Statement _all;
    private readonly Statement _decisions;
    private readonly Statement _byPosition;
    private readonly Statement _value;

    public LogReader(SqliteStoreOptions options)
    {
        _connection = Connection.Open(options.Path, readOnly: true, options.BusyTimeout);
        try
        {
            _connection.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA cache_size = {-options.ReaderCacheKiB}; PRAGMA temp_store = MEMORY"));
            _begin = _connection.Prepare("BEGIN");
            _end = _connection.Prepare("COMMIT");
            _head = _connection.Prepare("SELECT e.key, e.status, h.last_seq FROM executions e JOIN heads h ON h.execution = e.key WHERE e.id = ?1");
            _all = _connection.Prepare(SelectBlocks + " ORDER BY first_seq");
            _decisions = _connection.Prepare(SelectBlocks + " AND kind = 0 ORDER BY first_seq");
            _byPosition = _connection.Prepare("""
                SELECT b.position, b.kind, b.first_seq, b.count, b.bytes, b.crc, b.execution, e.id FROM blocks b JOIN executions e ON e.key = b.execution
                WHERE b.position > ?1 ORDER BY b.position
                """);
            _value = _connection.Prepare("SELECT v.key, c.crcs FROM stored_values v LEFT JOIN value_checks c ON c.value = v.key WHERE v.hash = ?1");
            Lists = new ExecutionLister(_connection);
            Records = new RecordReader(_connection, options.TimeProvider);
            Upkeep = new UpkeepReader(_connection);
            Holders = new HolderReader(_connection);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public ExecutionLister Lists { get; }

    public RecordReader Records { get; }

    public UpkeepReader Upkeep { get; }

    public HolderReader Holders { get; }

    public LogPage Read(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken)
    {
        // One transaction, so that last sequence, status and blocks are of the same moment.
        _begin.Run();
        try
        {
            if (!_head.Bind(1, executionId).Step()) return new LogPage([], 0, false);
            var (key, status, last) = (_head.Int64(0), (ExecutionStatus)_head.Int32(1), _head.Int64(2));
            _head.Reset();
            IReadOnlyList<EventBlock> blocks = after >= last
                ? []
                : Collect((filter == BlockFilter.Decisions ? _decisions : _all).Bind(1, key).Bind(2, after + 1), executionId, maxBytes, cancellationToken);
            return new LogPage(blocks, last, status.IsTerminal());
        }
        finally
        {
            _end.Run();
        }
    }

    public IReadOnlyList<EventBlock> ReadFromPosition(long afterPosition, int maxBytes, CancellationToken cancellationToken) =>
        Collect(_byPosition.Bind(1, afterPosition), null, maxBytes, cancellationToken);

    public ReadOnlyMemory<byte>? ReadValue(byte[] hash, long offset, int length)
    {
        _begin.Run();
        try
        {
            if (!_value.Bind(1, hash).Step()) return null;
            var key = _value.Int64(0);
            var sums = _value.IsNull(1) ? null : _value.Blob(1).ToArray();
            _value.Reset();

            // An open blob reads the range alone; a SELECT would bring the whole value into memory.
            _connection.Check(raw.sqlite3_blob_open(_connection.Handle, "main", "stored_values", "bytes", key, 0, out var blob));
            using (blob)
            {
                var size = raw.sqlite3_blob_bytes(blob);
                if (offset >= size) return ReadOnlyMemory<byte>.Empty;

                // Whole pieces, because a piece is what has a checksum.
                var wanted = Math.Min(length, size - (int)offset);
                var first = (int)offset / ValueCheck.PieceBytes;
                var from = first * ValueCheck.PieceBytes;
                var to = (int)Math.Min(size, ((offset + wanted + ValueCheck.PieceBytes - 1) / ValueCheck.PieceBytes) * ValueCheck.PieceBytes);
                var bytes = new byte[to - from];
                if (bytes.Length > 0) _connection.Check(raw.sqlite3_blob_read(blob, bytes, from));
                if (sums is not null && !ValueCheck.Holds(bytes, first, sums)) throw SqliteErrors.DamagedValue(_connection.Path, hash);
                return bytes.AsMemory((int)offset - from, wanted);
            }
        }
        finally
        {
            _end.Run();
        }
    }

    public void Dispose() => _connection.Dispose();

    private List<EventBlock> Collect(Statement rows, Guid? executionId, int maxBytes, CancellationToken cancellationToken)
    {
        var page = new List<EventBlock>();
        var bytes = 0L;
        try
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var block = new EventBlock(
                    rows.Int64(0), executionId ?? rows.Guid(7), (BlockKind)rows.Int32(1), rows.Int64(2), rows.Int32(3), rows.Blob(4).ToArray());
                if (!rows.IsNull(5) && rows.Int64(5) != BlockCheck.Of(block.Position, rows.Int64(6), block.FirstSeq, block.Count, block.Kind, block.Bytes.Span))
                    throw SqliteErrors.DamagedLog(_connection.Path, block);
                page.Add(block);
                bytes += block.Bytes.Length;
                if (bytes >= maxBytes) break;
            }
        }
        finally
        {
            rows.Reset();
        }

        return page;
    }
}
