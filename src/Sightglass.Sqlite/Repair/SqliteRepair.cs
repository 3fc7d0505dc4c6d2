using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using Sightglass.Sqlite.Repair;

namespace Sightglass.Sqlite;

/// <summary>Looks at a whole database for damage, and saves what is whole. Nobody may have it open.</summary>
public static class SqliteRepair
{
    /// <summary>Reads everything and says what is damaged; nothing is changed.</summary>
    /// <param name="options">Which database.</param>
    /// <exception cref="StoreUnavailableException">The file is not there or cannot be read, or is no database of Sightglass.</exception>
    public static DamageReport Check(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var (report, structure) = Look(options);
        return report with { Found = structure };
    }

    /// <summary>Reads everything, and where there is damage saves what is whole into a new database.</summary>
    /// <param name="options">Which database.</param>
    /// <returns>What was damaged, and where the damaged file is kept.</returns>
    /// <exception cref="StoreUnavailableException">As of <see cref="Check"/>, or there is no room to save.</exception>
    public static DamageReport Repair(SqliteStoreOptions options)
    {
        var report = Check(options);
        if (report.IsSound)
        {
            StartCheck.Trust(options.Path);
            return report;
        }

        var saved = Salvage.Run(options, report.Found ?? "found by a check") ?? throw NotOurs(options.Path);
        StartCheck.Trust(options.Path);
        return saved;
    }

    private static (DamageReport Report, string? Structure) Look(SqliteStoreOptions options)
    {
        SqliteLibrary.EnsureLoaded();
        if (!File.Exists(options.Path)) throw new StoreUnavailableException("not_a_database", $"There is no database \"{options.Path}\".");
        string? structure = null;
        try
        {
            using var connection = DatabaseFile.OpenForWriting(options);
            connection.KeepLogOnClose(true);
            structure = StartCheck.Find(connection, TimeSpan.MaxValue);
        }
        catch (StoreUnavailableException error) when (error.Code is "database_damaged" or "not_a_database")
        {
            structure = error.Message;
        }

        using var file = new PageFile(options.Path);
        var scan = DatabaseScan.Of(file);
        return scan.IsEmpty && structure is not null ? throw NotOurs(options.Path) : (scan.Report(options.Path), structure);
    }

    private static StoreUnavailableException NotOurs(string path) =>
        new("not_a_database", $"\"{path}\" holds nothing that Sightglass wrote; move it away, or choose another path.");
}
