using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Repair;

/// <summary>Opens a database for writing once it has been looked at, and mended where it is damaged.</summary>
internal static class CheckedFile
{
    public static Connection Open(SqliteStoreOptions options)
    {
        Salvage.FinishSwap(options.Path);
        var isSuspected = StartCheck.IsSuspected(options.Path);
        if (isSuspected && File.Exists(options.Path)) Tell(SqliteRepair.Repair(options), options);
        var isUnclean = File.Exists(options.Path + "-wal") && new FileInfo(options.Path + "-wal").Length > 0;
        string found;
        try
        {
            var connection = DatabaseFile.OpenForWriting(options);
            if (StartCheck.Find(connection, isUnclean ? options.StartCheckAfterCrash : options.StartCheck) is not { } damage)
            {
                if (isSuspected) SearchMend.Run(connection);
                return connection;
            }

            // Closed without a checkpoint, which would change the damaged file.
            connection.KeepLogOnClose(true);
            connection.Dispose();
            found = damage;
        }
        catch (StoreUnavailableException error) when (error.Code is "database_damaged" or "not_a_database" && options.StartCheck > TimeSpan.Zero)
        {
            found = error.Message;
            if (!File.Exists(options.Path)) throw;
            if (Salvage.Run(options, found) is not { } report) throw;
            Tell(report, options);
            return DatabaseFile.OpenForWriting(options);
        }

        if (Salvage.Run(options, found) is not { } saved)
            throw new StoreUnavailableException("database_damaged", $"\"{options.Path}\" is damaged ({found}) and nothing in it is whole; move it away, and restore a backup if you have one.");
        Tell(saved, options);
        return DatabaseFile.OpenForWriting(options);
    }

    private static void Tell(DamageReport report, SqliteStoreOptions options)
    {
        if (!report.IsSound) options.OnDamage?.Invoke(report);
    }
}
