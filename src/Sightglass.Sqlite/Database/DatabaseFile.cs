using System.Buffers.Binary;
using System.Globalization;
using Sightglass.Core.Ports;
using SQLitePCL;

namespace Sightglass.Sqlite.Database;

/// <summary>Opens the file for writing and brings its tables up to date.</summary>
internal static class DatabaseFile
{
    private const int HeaderBytes = 100;
    private const int VersionOffset = 60;
    private const int ApplicationOffset = 68;

    public static Connection OpenForWriting(SqliteStoreOptions options)
    {
        SqliteLibrary.EnsureLoaded();
        CreateFolder(options.Path);
        CheckHeader(options.Path);
        var connection = Connection.Open(options.Path, readOnly: false, options.BusyTimeout);
        try
        {
            // The header may lag behind the write-ahead log after a crash, hence the second look, before anything is written.
            Check(connection, options.Path);
            Configure(connection, options);
            Migrate(connection, options.Path, Schema.Steps);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a second connection that only runs checkpoints.</summary>
    public static Connection OpenForCheckpoints(SqliteStoreOptions options)
    {
        var connection = Connection.Open(options.Path, readOnly: false, options.BusyTimeout);
        SetDurability(connection, options.Durability);
        connection.Execute("PRAGMA wal_autocheckpoint = 0");
        return connection;
    }

    /// <summary>Runs the steps that the database lacks, each in one transaction.</summary>
    public static void Migrate(Connection connection, string path, IReadOnlyList<string> steps)
    {
        var changed = false;
        while (true)
        {
            connection.Execute("BEGIN IMMEDIATE");
            try
            {
                // Read inside the transaction: another process may have run the step meanwhile.
                var version = connection.Scalar("PRAGMA user_version");
                if (version > steps.Count) throw Newer(path, version);
                if (version == steps.Count) break;
                connection.Execute(steps[(int)version]);
                connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"));
                connection.Execute("COMMIT");
                changed = true;
            }
            finally
            {
                if (connection.InTransaction) connection.Execute("ROLLBACK");
            }
        }

        // The version has to stand in the file's header, where an older program looks without opening the database.
        if (changed) connection.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
    }

    private static void CreateFolder(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException("read_only", $"The folder of \"{path}\" cannot be created; choose another or mend its rights. ({error.Message})", error);
        }
    }

    // Reads the file itself, because SQLite would create, recover or remove the files beside it.
    private static void CheckHeader(string path)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int read;
        try
        {
            if (!File.Exists(path)) return;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException("read_only", $"\"{path}\" cannot be opened; mend its rights. ({error.Message})", error);
        }

        if (read == 0) return;
        if (read < HeaderBytes || !header.StartsWith("SQLite format 3\0"u8)) throw NotOurs(path);
        var version = BinaryPrimitives.ReadInt32BigEndian(header[VersionOffset..]);
        var application = BinaryPrimitives.ReadInt32BigEndian(header[ApplicationOffset..]);
        if (application != Schema.ApplicationId && application != 0) throw NotOurs(path);
        if (application == Schema.ApplicationId && version > Schema.Version) throw Newer(path, version);
    }

    private static void Check(Connection connection, string path)
    {
        connection.KeepLogOnClose(true);
        var version = connection.Scalar("PRAGMA user_version");
        var application = connection.Scalar("PRAGMA application_id");
        var empty = connection.Scalar("SELECT count(*) FROM sqlite_master") == 0;
        if (application != Schema.ApplicationId && !(application == 0 && version == 0 && empty)) throw NotOurs(path);
        if (version > Schema.Version) throw Newer(path, version);
        connection.KeepLogOnClose(false);
    }

    // fullfsync makes macOS wait for the disk itself; other systems ignore it.
    private static void SetDurability(Connection connection, SqliteDurability durability) =>
        connection.Execute(durability == SqliteDurability.Full
            ? "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON"
            : "PRAGMA synchronous = OFF");

    private static void Configure(Connection connection, SqliteStoreOptions options)
    {
        if (connection.ScalarText("PRAGMA journal_mode = WAL") != "wal")
            throw new StoreUnavailableException("read_only", $"\"{options.Path}\" cannot keep a write-ahead log; choose a folder on a local disk.");
        SetDurability(connection, options.Durability);
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = {options.LogFileBytes};
            PRAGMA cache_size = {-options.WriterCacheKiB};
            PRAGMA temp_store = MEMORY;
            """));
        if (options.MaxPages is { } pages) connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
    }

    private static StoreUnavailableException NotOurs(string path) => SqliteErrors.Create(raw.SQLITE_NOTADB, path, "file is not a database of this program");

    private static StoreUnavailableException Newer(string path, long version) => new(
        "database_newer",
        $"\"{path}\" was written by a newer Sightglass (database version {version}, this program knows {Schema.Version}); update this program.");
}
