using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Writing;

/// <summary>Writes records inside a transaction of the writing connection.</summary>
/// <remarks>Not safe for concurrent use: everything here is owned by whoever holds the baton of the <see cref="CommitLoop"/>.</remarks>
internal sealed class RecordWriter(Connection connection, TimeProvider time)
{
    private readonly Statement _nextVersion = connection.Prepare("UPDATE record_versions SET last = last + 1 RETURNING last");
    private readonly Statement _findVersion = connection.Prepare(
        "SELECT version FROM records WHERE organization = ?1 AND collection = ?2 AND key = ?3 AND (expires IS NULL OR expires > ?4)");

    private readonly Statement _write = connection.Prepare("""
        INSERT INTO records (organization, collection, key, version, expires, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (organization, collection, key) DO UPDATE SET version = ?4, expires = ?5, bytes = ?6
        """);

    private readonly Statement _delete = connection.Prepare("DELETE FROM records WHERE organization = ?1 AND collection = ?2 AND key = ?3");

    private readonly Statement _sweep = connection.Prepare(
        "DELETE FROM records WHERE row IN (SELECT row FROM records WHERE expires <= ?1 ORDER BY expires LIMIT ?2)");

    private readonly Statement _anyExpired = connection.Prepare("SELECT EXISTS (SELECT 1 FROM records WHERE expires <= ?1)");

    /// <summary>Gets whether there is something to sweep, without a transaction.</summary>
    public bool HasExpired()
    {
        _anyExpired.Bind(1, SummaryRow.Microseconds(time.GetUtcNow())).Step();
        var any = _anyExpired.Int64(0) == 1;
        _anyExpired.Reset();
        return any;
    }

    public RecordKey? FindConflict(IReadOnlyList<RecordWrite> writes)
    {
        if (writes.Count == 0) return null;
        var now = SummaryRow.Microseconds(time.GetUtcNow());
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            if (write.ExpectedVersion == RecordWrite.AnyVersion) continue;
            long version = 0;
            if (BindKey(_findVersion, write.Key).Bind(4, now).Step())
            {
                version = _findVersion.Int64(0);
                _findVersion.Reset();
            }

            if (version != write.ExpectedVersion) return write.Key;
        }

        return null;
    }

    /// <summary>Writes without a look at the versions.</summary>
    /// <returns>The version of what was written.</returns>
    public long Write(IReadOnlyList<RecordWrite> writes)
    {
        Sweep();
        _nextVersion.Step();
        var version = _nextVersion.Int64(0);
        _nextVersion.Reset();
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            if (write.Bytes is { } bytes)
            {
                BindKey(_write, write.Key).Bind(4, version).Bind(5, write.ExpiresAt is { } end ? SummaryRow.Microseconds(end) : null).Bind(6, bytes.Span).Run();
                _write.Clear();
            }
            else
            {
                BindKey(_delete, write.Key).Run();
            }
        }

        return version;
    }

    /// <summary>Removes records that have expired, a bounded number.</summary>
    public void Sweep() => _sweep.Bind(1, SummaryRow.Microseconds(time.GetUtcNow())).Bind(2, SqliteLimits.MaxSwept).Run();

    private static Statement BindKey(Statement statement, RecordKey key) =>
        statement.Bind(1, key.Organization).Bind(2, key.Collection).Bind(3, key.Key);
}
