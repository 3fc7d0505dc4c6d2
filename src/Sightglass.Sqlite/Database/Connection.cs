using Sightglass.Core.Ports;
using SQLitePCL;

namespace Sightglass.Sqlite.Database;

/// <summary>One connection and its prepared statements. Used by one thread at a time; its owner sees to that.</summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    private Connection(string path, sqlite3 handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    public sqlite3 Handle => _handle;

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public static Connection Open(string path, bool readOnly, TimeSpan busyTimeout)
    {
        var access = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;

        // Without SQLite's own mutex: each connection has one user at a time.
        var result = raw.sqlite3_open_v2(path, out var handle, access | raw.SQLITE_OPEN_NOMUTEX, null);
        var connection = new Connection(path, handle);
        try
        {
            if (result != raw.SQLITE_OK) throw connection.Failure(result);
            raw.sqlite3_extended_result_codes(handle, 1);
            connection.SetBusyTimeout(busyTimeout);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    public void Forget(Statement statement)
    {
        _statements.Remove(statement);
        statement.Dispose();
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public long Scalar(string sql) => First(sql, statement => statement.Int64(0));

    public string? ScalarText(string sql) => First(sql, statement => statement.NullableText(0));

    public void SetBusyTimeout(TimeSpan timeout) => Check(raw.sqlite3_busy_timeout(_handle, (int)timeout.TotalMilliseconds));

    /// <summary>Pages that this connection has written to the write-ahead log since the last call.</summary>
    public int TakePagesWritten()
    {
        const int CacheWrite = 9;
        raw.sqlite3_db_status(_handle, CacheWrite, out var pages, out _, 1);
        return pages;
    }

    /// <summary>Copies pages from the write-ahead log to the database.</summary>
    /// <returns>Pages in the log and how many of them are copied; <see langword="null"/> where others stood in the way.</returns>
    public (int Log, int Copied)? Checkpoint(int mode)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out var log, out var copied);
        if ((result & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED) return null;
        Check(result);
        return (log, copied);
    }

    /// <summary>Says whether the write-ahead log stays as it is when the last connection closes.</summary>
    public void KeepLogOnClose(bool keep)
    {
        const int NoCheckpointOnClose = 1006;
        raw.sqlite3_db_config(_handle, NoCheckpointOnClose, keep ? 1 : 0, out _);
    }

    public void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw Failure(result);
    }

    public StoreUnavailableException Failure(int result)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        var matches = (extended & 0xff) == (result & 0xff);
        return SqliteErrors.Create(
            matches ? extended : result,
            Path,
            matches ? raw.sqlite3_errmsg(_handle).utf8_to_string() : raw.sqlite3_errstr(result).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
    }

    private T? First<T>(string sql, Func<Statement, T> read)
    {
        var statement = Prepare(sql);
        try
        {
            return statement.Step() ? read(statement) : default;
        }
        finally
        {
            Forget(statement);
        }
    }
}
