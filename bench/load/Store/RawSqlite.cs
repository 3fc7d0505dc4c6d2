using SQLitePCL;

namespace Sightglass.Load.Store;

/// <summary>The yardstick: one table, one row an append, prepared statements in a loop, no checks.</summary>
internal sealed class RawSqlite : IDisposable
{
    private const int CacheWrite = 9;

    private readonly sqlite3 _handle;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _insert;
    private readonly sqlite3_stmt _commit;
    private readonly sqlite3_stmt _select;
    private readonly int _checkpointPages;
    private int _pages;

    public RawSqlite(string path, int checkpointPages)
    {
        _checkpointPages = checkpointPages;
        Check(raw.sqlite3_open_v2(path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null));
        Check(raw.sqlite3_exec(_handle, """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA cache_size = -16384;
            CREATE TABLE events (id INTEGER PRIMARY KEY, execution INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
            """));
        _begin = Prepare("BEGIN IMMEDIATE");
        _insert = Prepare("INSERT INTO events (execution, seq, bytes) VALUES (?1, ?2, ?3)");
        _commit = Prepare("COMMIT");
        _select = Prepare("SELECT bytes FROM events ORDER BY id");
    }

    public void Append(long seq, byte[] bytes)
    {
        Run(_begin);
        raw.sqlite3_bind_int64(_insert, 1, 1);
        raw.sqlite3_bind_int64(_insert, 2, seq);
        raw.sqlite3_bind_blob(_insert, 3, bytes);
        Run(_insert);
        Run(_commit);
        raw.sqlite3_db_status(_handle, CacheWrite, out var pages, out _, 1);
        _pages += pages;
        if (_pages < _checkpointPages) return;
        raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        _pages = 0;
    }

    public long ReadAll()
    {
        long bytes = 0;
        while (raw.sqlite3_step(_select) == raw.SQLITE_ROW) bytes += raw.sqlite3_column_blob(_select, 0).ToArray().Length;
        raw.sqlite3_reset(_select);
        return bytes;
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _begin, _insert, _commit, _select }) statement.Dispose();
        _handle.Dispose();
    }

    private static void Run(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE) throw new IOException($"SQLite answered {result}.");
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw new IOException($"SQLite answered {result}.");
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return statement;
    }
}
