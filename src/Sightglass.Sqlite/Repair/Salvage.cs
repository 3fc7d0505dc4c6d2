using System.Globalization;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Repair;

/// <summary>Copies everything that is whole into a new database and puts it in the place of the damaged one, which is kept.</summary>
/// <remarks>The logs are the truth: rows of lists are made anew from them. A process that ends in the middle leaves either
/// the damaged database in its place or the new one complete beside it, and <see cref="FinishSwap"/> does the rest.</remarks>
internal sealed class Salvage : IDisposable
{
    // Numbers that were given out, and lost with the pages they stood on, must not be given out again.
    private const long Leap = 1_000_000;
    private const int BatchRows = 500;
    private const long BatchBytes = 8 * 1024 * 1024;

    private readonly DatabaseScan _scan;
    private readonly Connection _target;
    private int _rows;
    private long _bytes;

    private Salvage(DatabaseScan scan, SqliteStoreOptions draft)
    {
        _scan = scan;
        _target = DatabaseFile.OpenForWriting(draft);
    }

    /// <summary>Saves what is whole.</summary>
    /// <returns>What was damaged; <see langword="null"/> where the file holds nothing of ours, which is left alone.</returns>
    public static DamageReport? Run(SqliteStoreOptions options, string found)
    {
        var path = options.Path;
        var draft = options with { Path = path + ".saving", StartCheck = TimeSpan.Zero, StartCheckAfterCrash = TimeSpan.Zero, Durability = SqliteDurability.Off, MaxPages = null, ReserveBytes = 0 };
        DamageReport report;
        using (var file = new PageFile(path))
        {
            var scan = DatabaseScan.Of(file);
            if (scan.IsEmpty) return null;
            report = scan.Report(path) with { Found = found };
            try
            {
                Remove(draft.Path);
                using (var salvage = new Salvage(scan, draft)) salvage.CopyRows();
                Complete(draft, scan);

                // Once for all of it: until now nobody relies on it.
                using var written = new FileStream(draft.Path, FileMode.Open, FileAccess.ReadWrite);
                written.Flush(flushToDisk: options.Durability == SqliteDurability.Full);
            }
            catch (StoreUnavailableException error)
            {
                Remove(draft.Path);
                throw new StoreUnavailableException(error.Code, $"\"{path}\" is damaged ({found}) and what is whole could not be saved: {error.Message}", error);
            }
        }

        return report with { KeptAt = Swap(path, draft.Path, options.TimeProvider.GetUtcNow()) };
    }

    /// <summary>Puts a database that was saved into its place, if a process ended before it had done so.</summary>
    public static void FinishSwap(string path)
    {
        if (!File.Exists(path) && File.Exists(path + ".saved")) File.Move(path + ".saved", path);
    }

    public void Dispose() => _target.Dispose();

    private static string Swap(string path, string draft, DateTimeOffset now)
    {
        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        for (var n = 2; File.Exists(aside); n++) aside = string.Create(CultureInfo.InvariantCulture, $"{path}.damaged-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{n}");

        // Complete under its own name first: from here on it counts, whatever happens.
        File.Move(draft, path + ".saved", overwrite: true);
        if (File.Exists(path + "-wal"))
        {
            if (new FileInfo(path + "-wal").Length > 0) File.Move(path + "-wal", aside + "-wal");
            else File.Delete(path + "-wal");
        }

        File.Delete(path + "-shm");
        File.Move(path, aside);
        FinishSwap(path);
        return aside;
    }

    private static void Remove(string path)
    {
        foreach (var ending in (ReadOnlySpan<string>)["", "-wal", "-shm"]) File.Delete(path + ending);
    }

    private void CopyRows()
    {
        _target.Execute("BEGIN");
        CopyValues();
        CopyLogs();
        CopyTombstones();
        CopyRecords();
        _target.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE positions SET floor = {_scan.LastPosition + Leap}; COMMIT"));
        _target.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
    }

    private void CopyValues()
    {
        var value = _target.Prepare("INSERT INTO stored_values (hash, bytes) VALUES (?1, ?2)");
        var sums = _target.Prepare("INSERT INTO value_checks (value, crcs) VALUES (?1, ?2)");
        foreach (var (page, cell) in _scan.Values.Values)
        {
            var row = _scan.Row(page, cell);
            value.Bind(1, row.Bytes(1).Span).Bind(2, row.Bytes(2).Span).Run();
            sums.Bind(1, raw.sqlite3_last_insert_rowid(_target.Handle)).Bind(2, ValueCheck.Of(row.Bytes(2).Span)).Run();
            Count(row.Bytes(2).Length);
        }
    }

    private void CopyLogs()
    {
        var execution = _target.Prepare("""
            INSERT OR IGNORE INTO executions (key, id, status, child, created, pipeline, organization, details) VALUES (?1, ?2, 0, 0, 0, '', '', '{}')
            """);
        var head = _target.Prepare("INSERT INTO heads (execution, epoch, last_seq) VALUES (?1, 1, ?2)");
        var link = _target.Prepare("INSERT OR IGNORE INTO execution_values (execution, value) SELECT ?1, key FROM stored_values WHERE hash = ?2");
        var blocks = new List<(long Execution, FoundBlock Block)>();
        foreach (var (key, log) in _scan.Logs)
        {
            if (log is not { Id: { } id, Readable.Count: > 0 }) continue;
            execution.Bind(1, key).Bind(2, id).Run();

            // Two numbers for one id can only come from a page that was used for something else before.
            if (raw.sqlite3_changes(_target.Handle) == 0) continue;
            head.Bind(1, key).Bind(2, log.KeptThrough).Run();
            foreach (var reference in log.References)
                if (ValueReference.TryParse(reference, out var hash)) link.Bind(1, key).Bind(2, hash).Run();
            blocks.AddRange(log.Readable.Select(block => (key, block)));
            Count(0);
        }

        var insert = _target.Prepare("INSERT INTO blocks (position, execution, first_seq, count, kind, bytes, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        foreach (var (key, block) in blocks.OrderBy(found => found.Block.Position))
        {
            var bytes = _scan.Row(block.Page, block.Cell).Bytes(5).Span;
            insert.Bind(1, block.Position).Bind(2, key).Bind(3, block.FirstSeq).Bind(4, block.Count).Bind(5, (long)block.Kind).Bind(6, bytes)
                .Bind(7, BlockCheck.Of(block.Position, key, block.FirstSeq, block.Count, block.Kind, bytes)).Run();
            Count(bytes.Length);
        }
    }

    private void CopyTombstones()
    {
        var insert = _target.Prepare("INSERT OR IGNORE INTO tombstones (execution, id, erased, by, reason, pipeline, organization, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        foreach (var row in _scan.Tombstones)
        {
            var (id, erased, by, reason, pipeline, organization) = (new Guid(row.Bytes(1).Span, bigEndian: true), row.Number(2), row.Text(3), row.NullableText(4), row.Text(5), row.Text(6));
            insert.Bind(1, row.Key).Bind(2, id).Bind(3, erased).Bind(4, by).Bind(5, reason).Bind(6, pipeline).Bind(7, organization)
                .Bind(8, TombstoneCheck.Of(id, erased, by, reason, pipeline, organization)).Run();
            Count(0);
        }
    }

    private void CopyRecords()
    {
        // Of two rows with one key the newer is the one that counts.
        var insert = _target.Prepare("""
            INSERT INTO records (organization, collection, key, version, expires, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (organization, collection, key) DO UPDATE SET version = ?4, expires = ?5, bytes = ?6 WHERE version < ?4
            """);
        long last = 0;
        foreach (var row in _scan.Records)
        {
            insert.Bind(1, row.Text(1)).Bind(2, row.Text(2)).Bind(3, row.Text(3)).Bind(4, row.Number(4)).Bind(5, row.IsNull(5) ? null : row.Number(5)).Bind(6, row.Bytes(6).Span).Run();
            last = Math.Max(last, row.Number(4));
            Count(row.Bytes(6).Length);
        }

        _target.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE record_versions SET last = {last + Leap}"));
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        if (++_rows < BatchRows && _bytes < BatchBytes) return;
        (_rows, _bytes) = (0, 0);
        _target.Execute("COMMIT");
        _target.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        _target.Execute("BEGIN");
    }

    // The lists from the logs, by the store itself; and an end for the logs that break off.
    private static void Complete(SqliteStoreOptions draft, DatabaseScan scan)
    {
        var store = SqliteEventStore.Open(draft);
        try
        {
            var summaries = new SummaryRebuild(store, draft.TimeProvider);
            foreach (var (key, log) in scan.Logs.OrderBy(found => found.Key))
                if (log is { Id: { } id, Readable.Count: > 0 }) summaries.Make(key, id, log, scan);
            summaries.Finish();
            store.FillSearch();
        }
        finally
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
