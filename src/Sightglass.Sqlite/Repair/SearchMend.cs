using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Repair;

/// <summary>Looks at the full-text index where damage was met, and begins it anew where it is damaged: what it is made of
/// stands in rows of its own.</summary>
internal static class SearchMend
{
    private static readonly string Terminal = string.Join(',', Enum.GetValues<ExecutionStatus>().Where(status => status.IsTerminal()).Select(status => (int)status));

    public static void Run(Connection connection)
    {
        try
        {
            connection.Execute("INSERT INTO search (search) VALUES ('integrity-check')");
        }
        catch (StoreUnavailableException error) when (error.Code == "database_damaged")
        {
            connection.Execute($"""
                BEGIN IMMEDIATE;
                DROP TABLE search;
                {Schema.SearchIndex}
                INSERT OR IGNORE INTO unindexed SELECT key FROM executions WHERE status IN ({Terminal});
                COMMIT;
                """);
        }
    }
}
