using Sightglass.Core.Ports;
using SQLitePCL;

namespace Sightglass.Sqlite.Database;

/// <summary>Turns SQLite's result codes into the port's codes and sentences that say what to do.</summary>
internal static class SqliteErrors
{
    private const int ShortRead = 522;
    private const string Mend = "Start the program again: it saves what is whole and keeps the damaged file aside.";

    public static StoreUnavailableException Create(int result, string path, string driverMessage)
    {
        var (code, message) = (result & 0xff) switch
        {
            raw.SQLITE_FULL => ("disk_full", $"The disk of \"{path}\" is full; free some space and try again."),
            raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
                ("read_only", $"\"{path}\" or its folder cannot be written; give this user the right to write both, or choose another folder."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL =>
                ("database_locked", $"Another program has locked \"{path}\"; end it and try again."),
            raw.SQLITE_NOTADB => ("not_a_database", $"\"{path}\" is not a database of Sightglass; move it away or choose another path."),
            raw.SQLITE_CORRUPT => Damaged(path),
            raw.SQLITE_IOERR when result == ShortRead => Damaged(path),
            raw.SQLITE_IOERR => ("disk_error", $"The disk of \"{path}\" reports an error; check the disk and the system's log."),
            raw.SQLITE_NOMEM => ("out_of_memory", "SQLite found no memory; give the process more."),
            _ => ("store_failed", $"SQLite refused a statement on \"{path}\"; this is a defect, please report it."),
        };
        return new StoreUnavailableException(code, $"{message} (SQLite {result}: {driverMessage})");
    }

    public static StoreUnavailableException DamagedLog(string path, EventBlock block) => new(
        "database_damaged",
        $"\"{path}\" is damaged: events {block.FirstSeq} to {block.LastSeq} of execution {block.ExecutionId} are not what was written. {Mend}");

    public static StoreUnavailableException DamagedValue(string path, byte[] hash) => new(
        "database_damaged",
        $"\"{path}\" is damaged: the stored value sha256:{Convert.ToHexStringLower(hash)} is not what was written. {Mend}");

    public static StoreUnavailableException DamagedTombstone(string path, Guid id) => new(
        "database_damaged",
        $"\"{path}\" is damaged: what is left of the deleted execution {id} is not what was written. {Mend}");

    private static (string Code, string Message) Damaged(string path) =>
        ("database_damaged", $"\"{path}\" is damaged. {Mend}");
}
