using System.Globalization;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Finds the executions that hold a value, by seeks.</summary>
internal sealed class HolderReader(Connection connection)
{
    private readonly Lazy<Statement> _one = new(() => connection.Prepare("""
        SELECT EXISTS (SELECT 1 FROM execution_values
        WHERE execution = (SELECT key FROM executions WHERE id = ?1) AND value = (SELECT key FROM stored_values WHERE hash = ?2))
        """));

    // The index has the execution behind the value, so that its end is the newest. An execution that is being deleted has no row
    // any more, though its values may still stand.
    private readonly Lazy<Statement> _newest = new(() => connection.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
        SELECT e.pipeline FROM (
            SELECT execution FROM execution_values WHERE value = (SELECT key FROM stored_values WHERE hash = ?1)
            ORDER BY execution DESC LIMIT {IValueOwners.MaxHolders}) h
        CROSS JOIN executions e ON e.key = h.execution WHERE e.organization = ?2
        """)));

    public bool Holds(Guid executionId, byte[] hash)
    {
        var row = _one.Value.Bind(1, executionId).Bind(2, hash);
        try
        {
            return row.Step() && row.Int64(0) == 1;
        }
        finally
        {
            row.Reset();
        }
    }

    public bool IsHeld(byte[] hash, string organization, IReadOnlyCollection<string>? pipelineIds)
    {
        var rows = _newest.Value.Bind(1, hash).Bind(2, organization);
        try
        {
            while (rows.Step())
            {
                if (pipelineIds is null || pipelineIds.Contains(rows.Text(0))) return true;
            }

            return false;
        }
        finally
        {
            rows.Reset();
        }
    }
}
