using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Writing;

/// <summary>The statements of a deletion, prepared when the first one comes.</summary>
internal sealed class EraserStatements(Connection connection)
{
    public Statement Find { get; } = connection.Prepare("SELECT e.key, e.status, h.last_seq FROM executions e JOIN heads h ON h.execution = e.key WHERE e.id = ?1");

    public Statement RaiseFloor { get; } = connection.Prepare("UPDATE positions SET floor = max(floor, coalesce((SELECT max(position) FROM blocks), 0))");

    public Statement Name { get; } = connection.Prepare("SELECT id, pipeline, organization FROM executions WHERE key = ?1");

    public Statement Entomb { get; } = connection.Prepare(
        "INSERT INTO tombstones (execution, id, erased, by, reason, pipeline, organization, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    public Statement DeleteHead { get; } = connection.Prepare("DELETE FROM heads WHERE execution = ?1");

    public Statement DeleteExecution { get; } = connection.Prepare("DELETE FROM executions WHERE key = ?1");

    public Statement Begin { get; } = connection.Prepare("INSERT INTO erasures (execution, root) VALUES (?1, ?2)");

    public Statement First { get; } = connection.Prepare("""
        SELECT e.execution, e.root, t.id, t.erased, t.by, t.reason FROM erasures e JOIN tombstones t ON t.execution = e.execution
        ORDER BY e.execution LIMIT 1
        """);

    public Statement Children { get; } = connection.Prepare("SELECT key, 0 FROM executions WHERE parent = ?1 LIMIT ?2");

    public Statement Blocks { get; } = connection.Prepare("SELECT position, length(bytes) FROM blocks WHERE execution = ?1 LIMIT ?2");

    public Statement DeleteBlock { get; } = connection.Prepare("DELETE FROM blocks WHERE position = ?1");

    public Statement Values { get; } = connection.Prepare(
        "SELECT value, coalesce((SELECT length(bytes) FROM stored_values WHERE key = value), 0) FROM execution_values WHERE execution = ?1 LIMIT ?2");

    public Statement Unlink { get; } = connection.Prepare("DELETE FROM execution_values WHERE execution = ?1 AND value = ?2");

    public Statement DeleteValue { get; } = connection.Prepare(
        "DELETE FROM stored_values WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM execution_values WHERE value = ?1)");

    public Statement DeleteChecks { get; } = connection.Prepare("DELETE FROM value_checks WHERE value = ?1");

    public Statement DeleteTombstone { get; } = connection.Prepare("DELETE FROM tombstones WHERE execution = ?1");

    public Statement Finish { get; } = connection.Prepare("DELETE FROM erasures WHERE execution = ?1");
}
