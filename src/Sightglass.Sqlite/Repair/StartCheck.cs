using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Repair;

/// <summary>Looks for damage when a database is opened, for a bounded time; all of it where damage was seen before.</summary>
internal static class StartCheck
{
    private const int TailBlocks = 256;

    /// <summary>Notes that damage was met, so that the next start looks at everything.</summary>
    public static void Suspect(string path, string what)
    {
        try
        {
            File.WriteAllText(path + ".suspect", what + Environment.NewLine);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever met the damage has been told; the note only makes the next look longer.
        }
    }

    public static bool IsSuspected(string path) => File.Exists(path + ".suspect");

    public static void Trust(string path) => File.Delete(path + ".suspect");

    /// <summary>Looks for damage.</summary>
    /// <returns>What was found; <see langword="null"/> for nothing.</returns>
    public static string? Find(Connection connection, TimeSpan budget)
    {
        if (budget <= TimeSpan.Zero) return null;
        try
        {
            return CheckTail(connection) ?? CheckStructure(connection, budget);
        }
        catch (StoreUnavailableException error) when (error.Code == "database_damaged")
        {
            return error.Message;
        }
    }

    // What was written last is what a crash can have hurt.
    private static string? CheckTail(Connection connection)
    {
        var rows = connection.Prepare("SELECT position, execution, first_seq, count, kind, bytes, crc FROM blocks ORDER BY position DESC LIMIT ?1").Bind(1, TailBlocks);
        try
        {
            while (rows.Step())
            {
                if (!rows.IsNull(6) && rows.Int64(6) != BlockCheck.Of(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int32(3), (BlockKind)rows.Int32(4), rows.Blob(5)))
                    return $"the block at position {rows.Int64(0)} is not what was written";
            }

            return null;
        }
        finally
        {
            connection.Forget(rows);
        }
    }

    private static string? CheckStructure(Connection connection, TimeSpan budget)
    {
        var isOver = false;
        using var timer = budget == TimeSpan.MaxValue ? null : new Timer(
            _ =>
            {
                Volatile.Write(ref isOver, true);
                raw.sqlite3_interrupt(connection.Handle);
            },
            null,
            budget,
            Timeout.InfiniteTimeSpan);
        string? found;
        try
        {
            found = connection.ScalarText("PRAGMA quick_check(1)");
        }
        catch (StoreUnavailableException) when (Volatile.Read(ref isOver))
        {
            return null;
        }

        // A check that was cut short takes what it did not reach for missing.
        timer?.Dispose();
        return Volatile.Read(ref isOver) || found == "ok" ? null : found ?? "the check gave no answer";
    }
}
